import SchedBench
import SystemPackage

/// Plots as files.
enum PlotFiles {
    /// Writes a plot of every section that can be drawn.
    ///
    /// - Returns: the paths.
    /// - Throws: `Failure` where the directory or a file cannot be written.
    static func write(_ results: [BenchResult], into directory: String) throws -> [String] {
        let plots = BenchPlots.all(of: results)
        guard !plots.isEmpty else {
            throw Failure.unusable(
                "nothing here can be drawn; measure inference or roundtrip for a plot"
            )
        }
        return try plots.map { name, chart in
            let path = FilePath(directory).appending("\(name).svg")
            do {
                let file = try FileDescriptor.open(
                    path,
                    .writeOnly,
                    options: [.create, .truncate],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead]
                )
                _ = try file.closeAfter { try file.writeAll(chart.svg.utf8) }
            } catch let error as Errno {
                throw Failure.unusable(
                    "\(path) cannot be written: \(error); give a directory that is there"
                )
            }
            return path.string
        }
    }
}
