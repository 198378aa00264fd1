import AgentProtocol
import Synchronization

/// What is known of each group of failures while several are reduced. What it tells is in the order of the groups, whichever ends first.
final class CausesBoard: Sendable {
    private enum Standing {
        case waiting
        case atWork
        /// With what kept it from being reduced to its end, if anything did.
        case ended(problem: String?)
    }

    private struct Group {
        let failures: SimilarFailures
        var standing = Standing.waiting
        /// The smallest file so far.
        var best: ReducedFile?
        var progress: ReductionProgress?
        /// How often it was begun, and how often something was heard of it.
        var begins = 0, answers = 0

        var isEnded: Bool { if case .ended = standing { true } else { false } }
        var isAtWork: Bool { if case .atWork = standing { true } else { false } }

        /// What it has come to so far; `nil` where that is nothing.
        var cause: FailureCause? {
            var problem: String?
            if case .ended(let told) = standing { problem = told } else if best == nil { return nil }
            return FailureCause(reduced: best, problem: problem, representative: failures.members[0], members: failures.members)
        }
    }

    /// A group whose connection is lost as often as this is given up: it may be what ends it.
    private static let begins = 3

    private let groups: Mutex<[Group]>
    /// What earlier reductions have left.
    private let earlier: ReductionState
    /// So that what is told last is the latest.
    private let telling = Mutex(())
    private let events: @Sendable (ReduceAllJob.Event) -> Void

    /// Failures of groups that are not looked at.
    private let beyond: Int

    /// - Parameters:
    ///   - most: groups that are looked at.
    ///   - earlier: what earlier reductions have left.
    init(_ groups: [SimilarFailures], most: Int = .max, earlier: ReductionState = ReductionState(), events: @escaping @Sendable (ReduceAllJob.Event) -> Void) {
        self.groups = Mutex(groups.prefix(most).map { Group(failures: $0) })
        beyond = groups.dropFirst(most).reduce(0) { $0 + $1.members.count }
        self.earlier = earlier
        self.events = events
    }

    /// The causes so far, those of the most failures first, else in the order of the groups; and how many failures have none.
    var causes: (causes: [FailureCause], left: Int) {
        let groups = groups.withLock { $0 }
        var causes: [FailureCause] = []
        for cause in groups.compactMap(\.cause) { FailureCause.add(cause, to: &causes) }
        let left = beyond + groups.reduce(0) { $0 + ($1.cause == nil ? $1.failures.members.count : 0) }
        return (causes.enumerated().sorted { ($1.element.members.count, $0.offset) < ($0.element.members.count, $1.offset) }.map(\.element), left)
    }

    /// The failure that stands for the first group that waits.
    var next: SimilarFailures.Member? { groups.withLock { groups in groups.first { if case .waiting = $0.standing { true } else { false } }?.failures.members[0] } }

    /// Groups that nobody is at work with.
    var waiting: Int { groups.withLock { groups in groups.count { if case .waiting = $0.standing { true } else { false } } } }

    var isDone: Bool { groups.withLock { $0.allSatisfy(\.isEnded) } }

    /// It grows as long as there is somebody who answers.
    var heard: Int { groups.withLock { $0.reduce(0) { $0 + $1.answers } } }

    /// What a group goes on from: what was left before its connection was lost, else what an earlier reduction has left.
    func resumed(_ number: Int) -> ReducedFile? { groups.withLock { $0[number].best ?? earlier.reductions[Self.key($0[number])] } }

    private static func key(_ group: Group) -> String {
        let failure = group.failures.members[0]
        return "\(failure.file):\(failure.line)"
    }

    // MARK: changes

    /// Takes a group to work with.
    /// - Returns: its number and the failure that stands for it; `nil` where none is left.
    func begin() -> (number: Int, failure: SimilarFailures.Member)? {
        change { groups in
            guard let number = groups.firstIndex(where: { if case .waiting = $0.standing { true } else { false } }) else { return nil }
            groups[number].standing = .atWork
            groups[number].begins += 1
            return (number, groups[number].failures.members[0])
        }
    }

    func note(_ progress: ReductionProgress, of number: Int) {
        change { groups in
            groups[number].progress = progress
            groups[number].answers += 1
        }
    }

    func note(_ best: ReducedFile, of number: Int) {
        let key: String? = change { groups in
            groups[number].answers += 1
            // One that is begun anew comes to what there was only after a while.
            guard groups[number].best.map({ best.isMinimal || best.progress.bytes <= $0.progress.bytes }) ?? true else { return nil }
            groups[number].best = best
            groups[number].progress = best.progress
            return Self.key(groups[number])
        }
        if let key { events(.left(key, best)) }
        tellCauses()
    }

    /// - Parameter problem: what kept it from being reduced to its end.
    func end(_ number: Int, problem: String? = nil) {
        change { groups in
            groups[number].standing = .ended(problem: problem)
            groups[number].answers += 1
        }
        tellCauses()
    }

    /// What was at work waits again; what was begun too often is given up.
    func takeBack(_ problem: String) {
        change { groups in
            for number in groups.indices where groups[number].isAtWork {
                groups[number].standing = groups[number].begins < Self.begins ? .waiting : .ended(problem: problem)
            }
        }
        tellCauses()
    }

    private func tellCauses() {
        telling.withLock { _ in
            let (causes, left) = causes
            events(.causes(causes, left: left))
        }
    }

    private func change<Result: Sendable>(_ body: (inout [Group]) -> Result) -> Result {
        let (result, progress) = groups.withLock { groups in (body(&groups), Self.progress(groups)) }
        events(.progress(progress))
        return result
    }

    private static func progress(_ groups: [Group]) -> CausesProgress {
        let atWork = groups.filter(\.isAtWork)
        var progress = CausesProgress(groups: groups.count, ended: groups.count { $0.isEnded }, atWork: atWork.map { $0.failures.members[0] })
        progress.records = atWork.reduce(0) { $0 + ($1.progress?.records ?? 0) }
        progress.tries = groups.reduce(0) { $0 + ($1.progress?.tries ?? 0) }
        return progress
    }
}
