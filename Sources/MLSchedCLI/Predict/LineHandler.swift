/// Takes the lines of an input one by one.
protocol LineHandler: ~Copyable {
    /// Takes one line without its end; a blank line is never handed over.
    ///
    /// - Parameter line: valid during the call; the byte after it can be read and is 0.
    /// - Throws: `RowError` where the line is not what was expected.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(RowError)

    /// Delivers the results of all lines so far: the next one may be long in coming.
    ///
    /// - Throws: `Failure` where they cannot be written.
    mutating func deliver() throws(Failure)
}
