/// How the program was called: the arguments, with what the name and a slip of the hand mean.
struct Invocation {
    /// What to parse.
    let arguments: [String]

    /// Reads the command line.
    ///
    /// - Parameter line: the program's name and its arguments.
    /// - Throws: `Failure` of wrong usage for a command that there is not.
    init(_ line: [String]) throws(Failure) {
        let name = line.first?.split(separator: "/").last ?? ""
        var arguments = Array(line.dropFirst())
        // As scx's schedulers are called, by a link: /etc/default/scx can name it.
        if name == "scx_mlsched" { arguments.insert("run", at: 0) }
        // As scx's schedulers print their version, too.
        if arguments == ["-V"] || arguments == ["run", "-V"] { arguments = ["--version"] }
        if let first = arguments.first, let command = Self.likelyCommand(for: first) {
            throw Failure(
                sentence: "there is no command '\(printable(first))'; did you mean '\(command)'?",
                status: 64
            )
        }
        self.arguments = arguments
    }

    /// The command that was probably meant by a word that is none; nil for a command, for an option
    /// and for a word that is like no command.
    private static func likelyCommand(for word: String) -> String? {
        let commands = MLSchedCommand.commandNames
        guard !word.hasPrefix("-"), !commands.contains(word) else { return nil }
        let ranked = commands.map { (command: $0, distance: editDistance(word, $0)) }
        return ranked.filter { $0.distance <= 2 }.min { $0.distance < $1.distance }?.command
    }

    /// How many letters to add, drop or change to make one word of another.
    private static func editDistance(_ word: String, _ other: String) -> Int {
        var row = Array(0...other.count)
        for (index, letter) in word.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, otherLetter) in other.enumerated() {
                let changed = diagonal + (letter == otherLetter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
