import BPFPrograms
import BPFRuntime
import CLibBPF
import Glibc
import Testing

@Suite(.enabled(if: HostKernel.loadsPrograms, "this kernel or user cannot load BPF programs"))
struct LifetimeTests {
    @Test("an attached program runs until its link goes")
    func linkDetaches() throws {
        let probe = try Probe(tracedThread: threadIdentifier())
        let sent = try probe.object.variable("requests_sent", of: UInt64.self)
        func systemCalls() -> UInt64 {
            let before = sent[0]
            for _ in 0..<100 {
                getppid()
            }
            return sent[0] - before
        }
        #expect(systemCalls() == 0)
        do {
            let link = try probe.object.attach("probe_syscall")
            #expect(systemCalls() >= 100)
            _ = consume link
        }
        #expect(systemCalls() == 0)
    }

    @Test("nothing stays in the kernel when its owners are gone")
    func nothingStays() throws {
        let (programID, mapID, linkID) = try {
            let probe = try Probe()
            let link = try probe.object.attach("probe_syscall")
            let ring = try RingBuffer(probe.object.map("requests"))
            let waiter = try RingWaiter(ring)
            let table = try MappedArray<UInt64>(probe.object.map("decisions"))
            let identifiers = (
                try probe.object.program("probe_syscall").kernelIdentifier(),
                try probe.object.map("decisions").kernelIdentifier(),
                try link.kernelIdentifier()
            )
            #expect(exists(bpf_prog_get_fd_by_id(identifiers.0)))
            #expect(exists(bpf_map_get_fd_by_id(identifiers.1)))
            #expect(exists(bpf_link_get_fd_by_id(identifiers.2)))
            _ = (table.count, ring.capacity, waiter.waker)
            return identifiers
        }()
        #expect(goes { bpf_link_get_fd_by_id(linkID) })
        #expect(goes { bpf_prog_get_fd_by_id(programID) })
        #expect(goes { bpf_map_get_fd_by_id(mapID) })
    }

    @Test("an object that fails to load leaves no descriptor open")
    func failedLoadsLeakNothing() throws {
        let before = openDescriptors()
        for _ in 0..<20 {
            var object = try OpenObject(.fixture)
            try object.setLoaded(true, program: "unchecked_lookup")
            do throws(BPFError) {
                _ = try object.load()
                Issue.record("the verifier accepted an unchecked pointer")
            } catch {
                #expect(!error.log.isEmpty)
            }
        }
        // Other tests run beside this one, but do not leak in step with it.
        #expect(openDescriptors() < before + 100)
    }

    @Test("a program whose target is missing is refused and named")
    func missingTarget() throws {
        var object = try OpenObject(.fixture)
        try object.setLoaded(true, program: "unattachable")
        let loaded = try object.load()
        let error = #expect(throws: BPFError.self) { _ = try loaded.attach("unattachable") }
        #expect(error?.operation == "attach the program")
        #expect(error?.name == "unattachable")
        #expect(error?.errno == ENOENT)
    }

    @Test("a program can be measured and one of another kind says that it cannot")
    func measure() throws {
        let object = try OpenObject(.fixture).load()
        let measured = try object.program("seven").measure(repetitions: 1000)
        #expect(measured.result == 7)
        #expect(measured.nanoseconds < 100_000)
        #expect(throws: BPFError.self) { try object.program("sum").measure(repetitions: 1000) }
    }

    /// Whether an identifier's descriptor could be had, which is closed again.
    private func exists(_ descriptor: Int32) -> Bool {
        guard descriptor >= 0 else {
            return false
        }
        close(descriptor)
        return true
    }

    /// Whether it goes within two seconds; the kernel frees after a grace period.
    private func goes(_ open: () -> Int32) -> Bool {
        let deadline = monotonicNanoseconds() + 2_000_000_000
        while exists(open()) {
            guard monotonicNanoseconds() < deadline else {
                return false
            }
            usleep(1000)
        }
        return true
    }

    private func openDescriptors() -> Int {
        (0..<4096).filter { fcntl($0, F_GETFD) >= 0 }.count
    }
}
