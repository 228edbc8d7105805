internal import LinuxSystem

/// Gives an error of the operating system this module's type.
func asBPFError<Value: ~Copyable>(
    _ body: () throws(SystemError) -> Value
) throws(BPFError) -> Value {
    do {
        return try body()
    } catch {
        throw BPFError(operation: error.operation, name: error.name, errno: error.errno)
    }
}
