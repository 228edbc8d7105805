/// A program that the kernel runs at what its section names, such as a tracepoint, for as long as
/// this value lives.
public struct AttachedProgram: ~Copyable {
    private let program: BPFProgram
    private let link: BPFLink

    /// Attaches a program of an object.
    ///
    /// - Throws: `BPFError` with `ENOENT` when there is no such program, or no such tracepoint.
    public init(_ name: String, of object: borrowing LoadedObject) throws(BPFError) {
        let program = try object.program(name)
        let link = try object.attach(name)
        self.program = program
        self.link = link
    }

    /// What the kernel has measured of it, see ``RunTimeStatistics``.
    public borrowing func runTime() throws(BPFError) -> RunTime { try program.runTime() }
}
