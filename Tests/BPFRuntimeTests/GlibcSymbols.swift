import Glibc

// Swift's Glibc module shows neither of these, as their headers want _GNU_SOURCE or belong to
// libcap; the library has both.

/// The calling thread's number in the kernel.
func threadIdentifier() -> Int32 {
    symbol("gettid", as: (@convention(c) () -> Int32).self)()
}

/// Takes all capabilities from the calling thread alone.
func dropCapabilities() {
    var header = (version: UInt32(0x2008_0522), thread: Int32(0))
    var sets = (UInt64(0), UInt64(0), UInt64(0))
    let capset = symbol(
        "capset",
        as: (@convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int32).self
    )
    precondition(capset(&header, &sets) == 0, "cannot drop capabilities: error \(errno)")
}

private func symbol<Function>(_ name: String, as _: Function.Type) -> Function {
    guard let address = dlsym(nil, name) else {
        preconditionFailure("glibc has no \(name)")
    }
    // SAFETY: the callers above state the types that the manual pages state.
    return unsafeBitCast(address, to: Function.self)
}
