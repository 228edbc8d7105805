import DefaultWeights
import Glibc
import MLPInference
import MLSched
import MachineTestSupport
import ModelTestSupport
import SystemPackage
import Testing

@testable import SchedDaemon

/// A folder for one test, removed with it.
private final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/mlsched-reload-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in ["model", "new"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = try FileDescriptor.open(
            FilePath("\(path)/\(name)"),
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite]
        )
        _ = try file.closeAfter { try file.writeAll(bytes) }
        return "\(path)/\(name)"
    }
}

@Suite struct FileWatchTests {
    @Test("a file that is replaced or written is seen, once")
    func changes() throws {
        let scratch = try Scratch()
        let path = try scratch.write([1], to: "model")
        var watch = FileWatch(path)
        var seen = [watch.sawChange()]
        let new = try scratch.write([1], to: "new")
        rename(new, path)
        seen += [watch.sawChange(), watch.sawChange()]
        _ = try scratch.write([1, 2], to: "model")
        seen.append(watch.sawChange())
        #expect(seen == [false, true, false, true])
    }

    @Test("a file that is gone is no other file; one that comes back is")
    func missing() throws {
        let scratch = try Scratch()
        let path = try scratch.write([1], to: "model")
        var watch = FileWatch(path)
        unlink(path)
        var seen = [watch.sawChange()]
        _ = try scratch.write([1, 2, 3], to: "model")
        seen.append(watch.sawChange())
        #expect(seen == [false, true])
    }

    @Test("a trigger without a file never fires by itself")
    func noFile() {
        let trigger = ReloadTrigger(watching: nil)
        #expect(!trigger.fires())
    }

    @Test("a trigger fires once for a replaced file")
    func trigger() throws {
        let scratch = try Scratch()
        let trigger = ReloadTrigger(watching: try scratch.write([1], to: "model"))
        #expect(!trigger.fires())
        _ = try scratch.write([1, 2], to: "model")
        #expect(trigger.fires())
        #expect(!trigger.fires())
    }
}

@Suite struct ModelSourceTests {
    @Test("without a path it is the built-in model")
    func builtIn() throws {
        let model = try ModelSource(path: nil) { try DefaultModel.load() }.load()
        #expect(model.checksum == (try DefaultModel.load().checksum))
    }

    @Test("a file that is damaged, or not there, is an error each time")
    func damaged() throws {
        let scratch = try Scratch()
        let path = try scratch.write(Array("no model".utf8), to: "model")
        let source = ModelSource(path: path) { try DefaultModel.load() }
        #expect(throws: ModelError.self) { try source.load() }
        unlink(path)
        #expect(throws: ModelError.self) { try source.load() }
    }

    @Test("a model that asks for what nobody measures is refused")
    func unknownFeatures() throws {
        let scratch = try Scratch()
        let features = ["cpu", "price", "zero"].map { Feature(name: $0) }
        let model = TestModel(
            widths: [3, 4, 1],
            activations: [.relu, .sigmoid],
            features: features
        )
        let path = try scratch.write(model.encoded(), to: "model")
        #expect(throws: SchemaError.self) {
            try ModelSource(path: path) { try DefaultModel.load() }.load()
        }
    }
}

@Suite struct SysfsFileTests {
    @Test("the text comes without the white space around it, whatever that is")
    func text() throws {
        let sysfs = try FakeSysfs(["a": "  0-3,8 \n", "empty": ""])
        #expect(SysfsFile("\(sysfs.root)/a").text() == "0-3,8")
        #expect(SysfsFile("\(sysfs.root)/empty").text() == "")
        #expect(SysfsFile("\(sysfs.root)/none").text() == nil)
        #expect(SysfsFile("\(sysfs.root)/a").exists && !SysfsFile("\(sysfs.root)/none").exists)
    }

    @Test("a file that cannot be written stays as it is")
    func write() throws {
        let sysfs = try FakeSysfs(["a": "old"])
        SysfsFile("\(sysfs.root)/a").write("new")
        #expect(SysfsFile("\(sysfs.root)/a").text() == "new")
        SysfsFile("\(sysfs.root)/none").write("new")
        #expect(!SysfsFile("\(sysfs.root)/none").exists)
    }
}

@Suite struct KernelSymbolsTests {
    @Test("a symbol is a whole word, of the kernel or of a module")
    func contains() throws {
        let procfs = try FakeSysfs([
            "kallsyms": "0000 T schedule\n0000 t scx_bpf_kick_cpu\t[scx]\n0000 T my_schedule"
        ])
        let symbols = KernelSymbols(procfs: procfs.root)
        #expect(symbols.contains("schedule") == true)
        #expect(symbols.contains("scx_bpf_kick_cpu") == true)
        #expect(symbols.contains("bpf_kick_cpu") == false)
        #expect(KernelSymbols(procfs: "/nowhere").contains("schedule") == nil)
    }
}
