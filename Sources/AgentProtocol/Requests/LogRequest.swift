public import Fleet

/// Asks for a log of a run.
public struct LogRequest: Codable, Sendable, Equatable {
    /// Whose log.
    public var run: RunChoice
    /// The slot, from 0; `nil` for the supervisor's log.
    public var worker: Int?
    /// Goes on until the run has ended.
    public var follow: Bool
    /// The most bytes of what is there already, from its end.
    public var tail: Int

    /// Each parameter is the property of the same name.
    public init(run: RunChoice, worker: Int?, follow: Bool, tail: Int) {
        self.run = run
        self.worker = worker
        self.follow = follow
        self.tail = tail
    }
}
