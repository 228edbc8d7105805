import Glibc
import MLPInference
import ModelTestSupport
import Testing

@Suite("Paths given for a model file")
struct FilePathTests {
    @Test("a file is read as its bytes are")
    func file() throws {
        let bytes = TestModel.scheduler().encoded()
        try withTemporaryFolder { folder in
            let path = folder + "/model.mlw"
            write(bytes, to: path)
            let model = try Model(path: path)
            let same = try Model(bytes: bytes)
            #expect(model.checksum == same.checksum)
        }
    }

    @Test("a model that was read does not change with its file")
    func fileReplacedInPlace() throws {
        let bytes = TestModel.scheduler().encoded()
        try withTemporaryFolder { folder in
            let path = folder + "/model.mlw"
            write(bytes, to: path)
            let model = try Model(path: path)
            truncate(path, 0)
            try model.selfTest()
        }
    }

    @Test("what is no model file is refused and named")
    func refusals() throws {
        try withTemporaryFolder { folder in
            expect(.unreadable(errno: ENOENT), at: folder + "/absent")
            expect(.unreadable(errno: ENOTDIR), at: "/dev/null/model.mlw")
            expect(.notARegularFile, at: folder)
            expect(.notARegularFile, at: "/dev/zero")

            let fifo = folder + "/fifo"
            mkfifo(fifo, 0o600)
            expect(.notARegularFile, at: fifo)

            let empty = folder + "/empty"
            write([], to: empty)
            expect(.notAModel, at: empty)

            let text = folder + "/text"
            write(Array("#!/bin/sh\necho no model\n".utf8), to: text)
            expect(.notAModel, at: text)

            // A hole of a terabyte behind a header takes no space, and must take no memory.
            let huge = folder + "/huge"
            write(TestModel.scheduler().encoded(), to: huge)
            truncate(huge, 1 << 40)
            expect(.tooLarge(limit: ModelFormat.maximumByteCount), at: huge)
        }
    }

    private func expect(_ reason: ModelError.Reason, at path: String) {
        let error = #expect(throws: ModelError.self) { try Model(path: path) }
        #expect(error?.reason == reason)
        #expect(error?.path == path)
        #expect(error?.description.hasPrefix(path + ": ") == true)
    }
}

/// Runs the body with a folder that is then removed with the files in it.
private func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/mlsched-test-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
        for name in ["model.mlw", "fifo", "empty", "text", "huge"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }
    try body(folder)
}

private func write(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
}
