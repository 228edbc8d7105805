internal import FoundationEssentials

/// Results as text: JSON, one object a line, keys in alphabetical order.
public enum ResultFile {
    /// The line of a result.
    ///
    /// - Throws: `BenchError` for a figure that JSON cannot express.
    public static func line(_ result: BenchResult) throws(BenchError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(result), as: UTF8.self)
        } catch {
            throw BenchError("the result of \(result.key) cannot be written as JSON: \(error)")
        }
    }

    /// Reads the results of a run.
    ///
    /// - Throws: `BenchError` naming the line that is none.
    public static func results(in text: String, path: String) throws(BenchError) -> [BenchResult] {
        var results: [BenchResult] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            guard let result = decode(line) else {
                throw BenchError(
                    "\(path):\(index + 1) is no result of `mlsched bench --json`; give a file "
                        + "that it has written"
                )
            }
            results.append(result)
        }
        guard !results.isEmpty else {
            throw BenchError("\(path) has no results; write it with `mlsched bench --json`")
        }
        return results
    }

    /// Reads the results of a run from a file.
    ///
    /// - Throws: `BenchError` when the file cannot be read or has a line that is no result.
    public static func read(_ path: String) throws(BenchError) -> [BenchResult] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw BenchError("\(path) cannot be read as text; is it there, and a file?")
        }
        return try results(in: text, path: path)
    }

    private static func decode(_ line: Substring) -> BenchResult? {
        try? JSONDecoder().decode(BenchResult.self, from: Data(line.utf8))
    }
}
