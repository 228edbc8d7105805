import BPFRuntime
import Glibc
import MLPInference

/// Why a command ends without having done its work.
struct Failure: Error {
    /// What failed, on what, and what to do about it; below it what the kernel's verifier said.
    let sentence: String
    /// 1: it failed while it worked; 2: it could not begin, and nothing was changed.
    let status: Int32

    /// A wrong path, value or machine.
    static func unusable(_ sentence: String) -> Failure { Failure(sentence: sentence, status: 2) }

    /// What a library throws before anything was changed; below it, where the verifier rejected a
    /// program, the last lines of its log.
    static func unusable(_ error: any Error, logLines: Int = 20) -> Failure {
        .unusable((error as? BPFError)?.report(lines: logLines) ?? "\(error)")
    }

    /// A failure in the middle of the work.
    static func broken(_ sentence: String) -> Failure { Failure(sentence: sentence, status: 1) }
}

/// Turns what the libraries throw before anything was changed into a failure of the command.
func unusableOnError<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let failure as Failure {
        throw failure
    } catch {
        throw Failure.unusable(error)
    }
}

/// As the form for plain functions, for one that waits.
func unusableOnError(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let failure as Failure {
        throw failure
    } catch {
        throw Failure.unusable(error)
    }
}

/// The system's words for an error number.
func systemMessage(_ errno: Int32) -> String {
    strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
}
