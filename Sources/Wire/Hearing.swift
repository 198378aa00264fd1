import Synchronization

/// How long the other side has said nothing, counted in the steps of whoever watches: a process that was stopped for an hour has
/// counted one, and asks before it judges.
final class Hearing: Sendable {
    private let steps = Mutex(Duration.zero)

    var silence: Duration { steps.withLock { $0 } }

    func heard() { steps.withLock { $0 = .zero } }

    func pass(_ step: Duration) { steps.withLock { $0 += step } }
}

/// What waits for the other side, and for how many seconds: for people.
public typealias WaitingHandler = @Sendable (_ what: String, _ seconds: Int) -> Void
