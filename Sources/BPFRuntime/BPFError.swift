import CLibBPF
import Glibc

/// What failed in the kernel's BPF interface, on which object, and why.
public struct BPFError: Error, Equatable, Sendable {
    /// What was tried, as a verb phrase: `load the object`.
    public let operation: String
    /// The object, map or program it was tried on.
    public let name: String
    /// The error number that the kernel or libbpf gave, positive; libbpf's own start at 4000.
    public let errno: Int32
    /// What libbpf and the kernel's verifier said about it, in order; the last lines tell most.
    public let log: [String]

    /// An error of one operation on one named object.
    public init(operation: String, name: String, errno: Int32, log: [String] = []) {
        self.operation = operation
        self.name = name
        self.errno = errno
        self.log = log
    }
}

extension BPFError: CustomStringConvertible {
    /// One sentence: what failed, on what, and what to do; `report` shows the log as well.
    public var description: String {
        let failure = "cannot \(operation) '\(name)'"
        if let verdict {
            return "\(failure): the kernel's verifier says \"\(verdict)\"; see its log"
        }
        return advice.map { "\(failure): \(reason); \($0)" } ?? "\(failure): \(reason)"
    }

    /// The sentence and, below it, the last lines of the log.
    public func report(lines: Int = 20) -> String {
        guard !log.isEmpty else {
            return description
        }
        let shown = log.suffix(lines)
        let head = shown.count < log.count ? ["… \(log.count - shown.count) lines before"] : []
        return ([description] + (head + shown).map { "    " + $0 }).joined(separator: "\n")
    }

    private var reason: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            // SAFETY: libbpf writes at most `count` bytes and ends them with a zero, for codes it
            // does not know too.
            guard let text = buffer.baseAddress else {
                return "error \(errno)"
            }
            libbpf_strerror(-errno, text, buffer.count)
            return String(cString: text)
        }
    }

    /// What the user can do, where the error number tells.
    private var advice: String? {
        switch errno {
        case EPERM, EACCES:
            "run as root or with CAP_BPF, CAP_PERFMON and CAP_SYS_RESOURCE"
        case ENOENT, ESRCH:
            log.isEmpty
                ? "nothing has this name there"
                : "the kernel or the object lacks something it refers to, see the log"
        case ENOSYS, EOPNOTSUPP, kernelNotSupported:
            "the kernel is too old or built without this; 6.12 or later with BPF and BTF has it"
        case EBUSY:
            "another one is attached; stop that first"
        case ENOMEM, E2BIG, ENOSPC:
            "it is larger than the kernel allows or has memory for; make it smaller"
        case Int32(LIBBPF_ERRNO__LIBELF.rawValue)...Int32(LIBBPF_ERRNO__ENDIAN.rawValue):
            "the object file is damaged or of another machine; build it again"
        default: nil
        }
    }

    /// Why the verifier rejected a program: the line before the one that says how far it got.
    ///
    /// The error number says less: `EFAULT` stands for a program that is too complex, `EINVAL` and
    /// `EACCES` for nearly everything else.
    private var verdict: String? {
        log.lastIndex { $0.hasPrefix("processed ") && $0.contains(" insns ") }
            .flatMap { $0 > 0 ? log[$0 - 1] : nil }
    }
}

/// `ENOTSUPP`: not meant for user space, yet the kernel returns it from BPF calls.
private let kernelNotSupported: Int32 = 524
