import MLSched
import SchedDaemon
import Synchronization
import SystemPackage

/// A CSV file with a row for every request; each is written whole, and at once.
final class RequestCSV: Sendable {
    private let path: String
    private let file: FileDescriptor
    private let written = Atomic(0)

    /// Creates or empties the file, and writes the heading.
    ///
    /// - Throws: `Failure` when that is not possible; nothing has been started then.
    init(path: String) throws(Failure) {
        self.path = path
        do {
            file = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead]
            )
        } catch {
            throw .unusable("\(path) cannot be created: \(error)")
        }
        try append(Self.heading + "\n")
    }

    deinit {
        try? file.close()
    }

    /// Adds requests.
    ///
    /// - Throws: `Failure` when they cannot be written; what was written before stays.
    @Sendable func write(_ requests: [ObservedRequest]) throws(Failure) {
        guard !requests.isEmpty else { return }
        try append(requests.map { Self.row($0) + "\n" }.joined())
        written.wrappingAdd(requests.count, ordering: .relaxed)
    }

    private func append(_ text: String) throws(Failure) {
        do {
            _ = try file.writeAll(text.utf8)
        } catch {
            throw .broken(
                "\(path) cannot be written: \(error); "
                    + "it has the first \(written.load(ordering: .relaxed)) requests"
            )
        }
    }

    private static let heading =
        (["time_ns", "pid", "kind"] + LiveFeature.measured.map(\.rawValue)
        + ["src_measured", "dst_measured", "decision"]).joined(separator: ",")

    private static func row(_ request: ObservedRequest) -> String {
        let features = request.features
        let fields =
            ["\(request.nanoseconds)", "\(request.pid)", request.kind]
            + LiveFeature.measured.map { $0.text(of: features[$0]) }
            + [
                fixed(Double(request.measured.srcDomLoad), digits: 4),
                fixed(Double(request.measured.dstDomLoad), digits: 4),
                Decision(migrate: request.migrates).name,
            ]
        return fields.joined(separator: ",")
    }
}
