/// What is wrong with one line of input; whoever reads the lines knows which one it is.
struct RowError: Error, Equatable {
    /// A sentence without its beginning, which names the line.
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
