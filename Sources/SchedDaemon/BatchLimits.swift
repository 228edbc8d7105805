/// When a batch of requests is evaluated even though more could follow.
public struct BatchLimits: Equatable, Sendable {
    /// Requests in one batch, at most.
    public let requests: Int
    /// Time from the first request taken to the evaluation, at most.
    public let age: Duration

    /// Limits of a batch; the defaults are 32 requests and 1 ms.
    public init(requests: Int = 32, age: Duration = .milliseconds(1)) {
        precondition(requests > 0, "a batch holds at least one request")
        self.requests = requests
        self.age = age
    }
}
