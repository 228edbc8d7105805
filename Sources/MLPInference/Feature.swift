/// One input of a network: what it means and how its raw value is scaled.
public struct Feature: Codable, Equatable, Sendable {
    /// The name by which a program supplies the value: lower case, digits and `_`.
    public let name: String
    /// The unit of the raw value, for people; may be empty.
    public let unit: String
    /// Subtracted from the raw value, in its unit.
    public let offset: Float
    /// The network's input is `(raw − offset) · scale`.
    public let scale: Float

    /// The name of an input that only fills the network's width; its raw value is always 0.
    public static let paddingName = "zero"

    /// An input of a network, by default taken as it is.
    public init(name: String, unit: String = "", offset: Float = 0, scale: Float = 1) {
        self.name = name
        self.unit = unit
        self.offset = offset
        self.scale = scale
    }

    /// Whether the raw value reaches the network unchanged.
    var isUnscaled: Bool { offset == 0 && scale == 1 }
}
