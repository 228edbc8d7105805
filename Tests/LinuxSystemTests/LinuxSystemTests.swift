import Glibc
import LinuxSystem
import Synchronization
import Testing

@Suite struct ThreadTests {
    @Test("a thread runs its body once, under its name, and is joined twice without harm")
    func thread() throws {
        let box = Box("")
        let thread = try PosixThread(named: "a-test-thread") { box.set(box.value + threadName()) }
        thread.join()
        thread.join()
        #expect(box.value == "a-test-thread")
    }

    @Test("a thread stays on the CPU that it is pinned to")
    func pinning() throws {
        let cpu = try #require(ThisThread.allowedCPUs.last)
        let box = Box<[Int]>([])
        let thread = try PosixThread(named: "pinned") {
            try? ThisThread.pin(to: cpu)
            box.set(ThisThread.allowedCPUs)
        }
        thread.join()
        #expect(box.value == [cpu])
    }

    @Test("a visit leaves the thread's CPUs as they were")
    func visit() throws {
        let before = ThisThread.allowedCPUs
        for cpu in before { try ThisThread.visit(cpu) }
        #expect(ThisThread.allowedCPUs == before)
    }

    @Test("a CPU that does not exist is an error with its number", arguments: [-1, 1023, 1 << 20])
    func noSuchCPU(cpu: Int) {
        let error = #expect(throws: SystemError.self) { try ThisThread.pin(to: cpu) }
        #expect(error?.errno == EINVAL)
        #expect(error?.description.contains("'\(cpu)'") == true)
    }
}

@Suite struct ChildProcessTests {
    @Test("a program's output and exit status are its own")
    func output() throws {
        let child = try ChildProcess(["/bin/sh", "-c", "echo out; exit 7"], isRead: true)
        let (output, status) = child.finish()
        #expect(output == "out\n")
        #expect(status == 7)
    }

    @Test("a program that is told to end says by which signal it did")
    func terminated() throws {
        let child = try ChildProcess(["sh", "-c", "exec sleep 60"])
        child.terminate()
        #expect(child.finish().status == 128 + SIGTERM)
    }

    @Test("a shell may wait for its children, whatever signals the thread that starts it blocks")
    func signals() throws {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let child = try ChildProcess(["sh", "-c", "(exit 3) & wait $!"], isRead: true)
        #expect(child.finish().status == 3)
    }

    @Test("a program that runs has no status yet, and one that has ended tells it once")
    func status() throws {
        var child = try ChildProcess(["sleep", "60"])
        #expect(child.status() == nil)
        child.terminate()
        var status: Int32?
        while status == nil { status = child.status() }
        #expect(status == 128 + SIGTERM)
        #expect(child.status() == nil)
    }

    @Test("a program that is not there is an error with its path, and leaks nothing")
    func missing() throws {
        let before = try Self.openDescriptors()
        for _ in 0..<50 {
            #expect(throws: SystemError.self) {
                _ = try ChildProcess(["/no/such/program"], isRead: true)
            }
        }
        #expect(try Self.openDescriptors() <= before + 5)
    }

    private static func openDescriptors() throws -> Int {
        (0..<1024).filter { fcntl(Int32($0), F_GETFD) >= 0 }.count
    }
}

@Suite struct DescriptorTests {
    @Test("a failed call throws its error number, on what it was tried")
    func failure() {
        let error = #expect(throws: SystemError.self) {
            _ = try OwnedDescriptor(open("/no/such/file", O_RDONLY), "open", "/no/such/file")
        }
        #expect(error == SystemError("open", "/no/such/file", errno: ENOENT))
    }

    @Test("a descriptor is closed with its owner, its duplicate with its own")
    func closing() throws {
        let first = try OwnedDescriptor(open("/dev/null", O_RDONLY), "open", "/dev/null")
        let number = first.raw
        let second = try OwnedDescriptor(duplicating: number, name: "/dev/null")
        _ = consume first
        #expect(fcntl(second.raw, F_GETFD) == FD_CLOEXEC)
    }

    @Test("a call is tried again for as long as signals interrupt it, and no longer")
    func interrupts() {
        var calls = 0
        let result: Int32 = retryingInterrupts {
            calls += 1
            errno = calls < 3 ? EINTR : EBADF
            return -1
        }
        #expect(result == -1 && calls == 3)
    }
}

@Suite struct SharedWordTests {
    @Test("what was stored is loaded, in each width, and neighbours are left alone")
    func widths() throws {
        try Self.check(UInt8.self)
        try Self.check(UInt32.self)
        try Self.check(UInt64.self)
    }

    private static func check<Word: SharedWord>(_: Word.Type) throws {
        let memory = try Mapping(anonymous: 4096)
        let words = memory.base.assumingMemoryBound(to: Word.self)
        Word.store(.max, to: words + 1)
        Word.storeReleasing(7, to: words + 2)
        #expect(Word.load(words) == 0 && Word.load(words + 1) == .max)
        #expect(Word.loadAcquiring(words + 2) == 7 && Word.load(words + 3) == 0)
    }

    @Test("more memory than there are addresses is an error")
    func tooMuch() {
        #expect(throws: SystemError.self) { _ = try Mapping(anonymous: .max) }
    }
}

/// What a thread leaves behind.
private final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func set(_ value: Value) { state.withLock { $0 = value } }
}

/// The name of the calling thread, as the kernel has it.
private func threadName() -> String {
    guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 32)
    fgets(&line, Int32(line.count), file)
    return String(decoding: line.prefix { $0 != 10 && $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
}
