import Glibc

/// The toolchain's programs that turn BPF C into an object file.
struct BPFCompiler {
    /// Path of clang.
    let clang: String
    /// Path of llvm-objcopy; empty where the toolchain has none.
    let objcopy: String

    /// Compiles one source file.
    func compile(_ source: String, to object: String) throws(Failure) {
        let status = try run(clang, flags + ["-c", source, "-o", object])
        guard status == 0 else {
            throw Failure(reason(source))
        }
        // BTF stays, DWARF goes: libbpf has no use for it and it is most of the file.
        if !objcopy.isEmpty, try run(objcopy, ["--strip-debug", object]) != 0 {
            throw Failure("\(objcopy) could not strip \(object)")
        }
    }

    /// `-mcpu=v3` is what every kernel that has BTF runs; `-g` makes clang emit BTF.
    private var flags: [String] {
        #if arch(arm64)
        let (machine, multiarch) = ("arm64", "aarch64-linux-gnu")
        #elseif arch(x86_64)
        let (machine, multiarch) = ("x86", "x86_64-linux-gnu")
        #else
        #error("BPF programs are built on x86-64 and ARM64")
        #endif
        return [
            "-target", "bpf", "-mcpu=v3", "-std=gnu11", "-g", "-O2", "-Wall", "-Werror",
            // Debian keeps <asm/types.h> here, where clang does not look for this target.
            "-idirafter", "/usr/include/\(multiarch)", "-D__TARGET_ARCH_\(machine)",
        ]
    }

    /// Why the compilation failed; clang's own words stand above it.
    private func reason(_ source: String) -> String {
        if (try? run(clang, ["-target", "bpf", "-c", "-x", "c", "/dev/null", "-o", "/dev/null"]))
            != 0
        {
            return "\(clang) cannot compile for BPF; use a Swift toolchain from swift.org"
        }
        if access("/usr/include/bpf/bpf_helpers.h", R_OK) != 0 {
            return "\(source): no <bpf/bpf_helpers.h>; install libbpf-dev"
        }
        return "\(source) does not compile"
    }
}

/// Runs a program to its end and returns its exit status, or 128 and its signal.
///
/// Its environment is empty, so that no `CPATH` of the user's changes the object file.
private func run(_ path: String, _ arguments: [String]) throws(Failure) -> Int32 {
    var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    argv.append(nil)
    defer { argv.forEach { free($0) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var pid: pid_t = 0
    let code = posix_spawn(&pid, path, nil, nil, argv, &environment)
    guard code == 0 else {
        throw Failure("cannot run \(path): \(String(cString: strerror(code)))")
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
        guard errno == EINTR else {
            throw Failure("cannot wait for \(path): \(String(cString: strerror(errno)))")
        }
    }
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
}
