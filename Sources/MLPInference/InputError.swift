/// Inputs that a network cannot take, found before anything is computed.
public enum InputError: Error, Equatable, Sendable {
    /// A row has more or fewer values than the network has inputs.
    case width(row: Int, expected: Int, actual: Int)
    /// A feature of the network has no value.
    case missing(String)
    /// A value has a name that is no feature of the network.
    case unknown(String)
}

extension InputError: CustomStringConvertible {
    /// One sentence: which value, what is wrong, what to do.
    public var description: String {
        switch self {
        case .width(let row, let expected, let actual):
            "row \(row) has \(actual) values, the network \(expected) inputs; give it one for each"
        case .missing(let name):
            "there is no value for feature \(name); give one for each of the network's features"
        case .unknown(let name):
            "\(name) is no feature of this network; leave it out, or export the network with it"
        }
    }
}
