import BPFPrograms
import BPFRuntime
import Glibc
import Testing

@Suite(.enabled(if: HostKernel.loadsPrograms, "this kernel or user cannot load BPF programs"))
struct OpenObjectTests {
    /// `struct pair` of the fixture.
    private struct Pair: BitwiseCopyable {
        var first: UInt32
        var second: UInt32
    }

    /// What the fixture's program makes of all its variables and its argument.
    private func sum(_ object: borrowing LoadedObject, adding value: UInt32 = 0) throws -> UInt32 {
        var argument = Pair(first: value, second: 0)
        return try object.run("sum", with: &argument)
    }

    @Test("variables keep the values of the source file unless they are set")
    func defaultValues() throws {
        #expect(try sum(OpenObject(.fixture).load()) == 3 + 4 + 1000 + 1)
    }

    @Test("variables of every section reach the program")
    func setValues() throws {
        var object = try OpenObject(.fixture)
        try object.setVariable("constants", to: Pair(first: 10, second: 20))
        try object.setVariable("weights", elements: [100, 200] as [UInt16])
        try object.setVariable("initialised", to: UInt64(5000))
        try object.setVariable("zeroed", to: UInt64(7))
        let loaded = try object.load()
        #expect(try sum(loaded, adding: 9) == 30 + 302 + 5000 + 1 + 9)
        let zeroed = try loaded.variable("zeroed", of: UInt64.self)
        #expect(zeroed.snapshot() == [8])
    }

    @Test("variables can be read and written while the program is loaded")
    func liveVariables() throws {
        let object = try OpenObject(.fixture).load()
        let initialised = try object.variable("initialised", of: UInt32.self)
        #expect(initialised.snapshot() == [1000, 0])
        initialised[0] = 1
        #expect(try sum(object) == 3 + 4 + 1 + 1)
    }

    @Test("a variable of another size is refused and named")
    func wrongSize() throws {
        var object = try OpenObject(.fixture)
        do throws(BPFError) {
            try object.setVariable("initialised", to: UInt32(1))
            Issue.record("four bytes were accepted for eight")
        } catch {
            #expect(error.errno == EINVAL)
            #expect(error.report().contains("'initialised'"))
            #expect(error.report().contains("it has 8 bytes, the value has 4"))
        }
        do throws(BPFError) {
            try object.setVariable("weights", elements: [UInt16](repeating: 1, count: 5))
            Issue.record("five elements were accepted for four")
        } catch {
            #expect(error.errno == EINVAL)
        }
    }

    @Test(
        "a variable that is not there is refused and named",
        arguments: ["no_such_variable", "hidden", ""]
    )
    func missingVariable(name: String) throws {
        var object = try OpenObject(.fixture)
        do throws(BPFError) {
            try object.setVariable(name, to: UInt32(1))
            Issue.record("the variable was set")
        } catch {
            #expect(error.errno == ENOENT)
            #expect(error.name == name)
        }
    }

    @Test("a map or program that is not there is refused and named")
    func missingMapOrProgram() throws {
        var object = try OpenObject(.fixture)
        let missing = { (operation: String) in
            "cannot find the \(operation) 'absent': No such file or directory; "
                + "nothing has this name there"
        }
        do throws(BPFError) {
            try object.setMaxEntries(of: "absent", to: 1)
            Issue.record("the map was resized")
        } catch {
            #expect(error.description == missing("map"))
        }
        do throws(BPFError) {
            try object.setLoaded(false, program: "absent")
            Issue.record("the program was chosen")
        } catch {
            #expect(error.description == missing("program"))
        }
        let loaded = try object.load()
        #expect(throws: BPFError(operation: "find the map", name: "absent", errno: ENOENT)) {
            _ = try loaded.map("absent")
        }
        #expect(throws: BPFError(operation: "find the program", name: "absent", errno: ENOENT)) {
            _ = try loaded.attach("absent")
        }
    }

    @Test("a rejected program shows the verifier's verdict and log")
    func verifierLog() throws {
        var object = try OpenObject(.fixture)
        try object.setLoaded(true, program: "unchecked_lookup")
        do throws(BPFError) {
            _ = try object.load()
            Issue.record("the verifier accepted an unchecked pointer")
        } catch {
            #expect(error.description.contains("invalid mem access 'map_value_or_null'"))
            #expect(error.log.contains("program 'unchecked_lookup':"))
            #expect(error.log.contains { $0.contains("return found->first;") })
            let report = error.report(lines: 3).split(separator: "\n")
            #expect(report.count == 5)
            #expect(report[1].contains("lines before"))
        }
    }

    @Test("a program that is not loaded cannot be used")
    func programNotLoaded() throws {
        let object = try OpenObject(.fixture).load()
        do throws(BPFError) {
            _ = try object.program("unchecked_lookup")
            Issue.record("there is no such program in the kernel")
        } catch {
            #expect(error.name == "unchecked_lookup")
        }
    }

    @Test("files that are no BPF objects are refused")
    func damagedFiles() throws {
        let file = ObjectCode.fixture.bytes
        var otherMachine = file
        otherMachine[18] = 62
        let damaged: [String: [UInt8]] = [
            "no ELF file": Array("#!/bin/sh\necho not a program\n".utf8),
            "only the header": Array(file[..<64]),
            "cut in the middle": Array(file[..<(file.count / 2)]),
            "for x86-64": otherMachine,
        ]
        for (name, bytes) in damaged {
            do throws(BPFError) {
                _ = try OpenObject(name: name, bytes: bytes)
                Issue.record("a file was accepted: \(name)")
            } catch {
                #expect(error.name == name)
                #expect(error.description.hasPrefix("cannot open the object '\(name)': "))
                #expect(error.description.hasSuffix("; build it again"))
            }
        }
    }

    @Test("an empty file is refused")
    func emptyFile() {
        do throws(BPFError) {
            _ = try OpenObject(name: "empty", bytes: [])
            Issue.record("nothing was accepted as an object")
        } catch {
            #expect(error.description == "cannot open the object 'empty': Invalid argument")
        }
    }

    @Test("a user without capabilities is told which to have")
    func unprivileged() throws {
        let refusal = ErrorBox()
        TestThread {
            dropCapabilities()
            do throws(BPFError) {
                _ = try OpenObject(.fixture).load()
            } catch {
                refusal.set(error)
            }
        }.join()
        let error = try #require(refusal.error)
        #expect(error.errno == EPERM)
        #expect(
            error.description
                == "cannot load the object 'fixture': Operation not permitted; "
                + "run as root or with CAP_BPF, CAP_PERFMON and CAP_SYS_RESOURCE"
        )
    }
}
