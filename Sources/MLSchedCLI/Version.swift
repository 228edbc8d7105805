/// The version of the program; its first number changes with the command line's meaning.
enum Version {
    static let text = "0.1.0"
}
