import Glibc

/// A number in few digits, for people: 4 significant ones, with an exponent where that is shorter.
func short(_ value: some BinaryFloatingPoint) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
        guard let start = buffer.baseAddress else { return "" }
        withVaList([Double(value)]) { arguments in
            // SAFETY: vsnprintf writes at most `count` bytes, of which the last is a zero.
            _ = vsnprintf(start, buffer.count, "%.4g", arguments)
        }
        return String(cString: start)
    }
}
