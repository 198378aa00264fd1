/// Files that have more names than one, and where each of them stands. The content comes under the first name that can have it,
/// and the others are linked to that. Where it cannot be had or put there, the next name is asked for in its own right.
final class HardLinkGroups: Sendable {
    /// What became of a name that was to bring the content.
    enum Outcome: Sendable {
        case placed
        /// It could not be had, or not be put there, or is another file by now.
        case failed
    }

    private struct Group: Sendable {
        /// The name that stands, or whose content is on its way.
        var place: TreePath?
        /// Whether the end of the requests waits for its outcome.
        var isHeld = false
        var outcome: Outcome?
        /// The other names, in the order of the walk; the first of them that is tried next.
        var names: [PlannedHardLink] = []
        var next = 0
    }

    private struct State {
        /// By the number of the first name.
        var groups: [Int: Group] = [:]
    }

    private let monitor = Monitor(State())

    /// Notes the outcome for a name that brings content.
    /// - Returns: what is to be done about it.
    func settle(_ file: PendingFile, _ outcome: Outcome) -> Step {
        guard let number = file.group else { return .wait }
        return monitor.withLock { state in
            state.groups[number, default: Group()].outcome = outcome
            return state.groups[number]?.isHeld == true ? Self.step(&state.groups[number, default: Group()]) : .wait
        }
    }

    /// What follows from an outcome.
    enum Step: Sendable {
        case wait
        /// The group needs nothing more from the sender.
        case over
        case ask(PlannedHardLink)
    }

    private static func step(_ group: inout Group) -> Step {
        guard let outcome = group.outcome else { return .wait }
        if case .failed = outcome {
            group.outcome = nil
            group.place = group.next < group.names.count ? group.names[group.next].path : nil
            group.next += 1
            // What stands there already, and looks right, is right.
            if group.place != nil, !group.names[group.next - 1].isAsListed { return .ask(group.names[group.next - 1]) }
        }
        group.isHeld = false
        return .over
    }

    /// Takes the whole plan in. What was settled before counts now.
    /// - Parameter sources: the names that bring content, by the number of the first name.
    /// - Returns: for each file that waits for its content, what is to be done.
    func plan(_ names: [PlannedHardLink], _ sources: [Int: HardLinkSource]) -> [Step] {
        monitor.withLock { state in
            for name in names where name.type == .file { state.groups[name.group, default: Group()].names.append(name) }
            var steps: [Step] = []
            for number in state.groups.keys.sorted() {
                guard var group = state.groups[number] else { continue }
                group.place = sources[number]?.path
                if sources[number]?.isPending == true, !group.names.isEmpty {
                    group.isHeld = true
                    steps.append(Self.step(&group))
                }
                state.groups[number] = group
            }
            return steps
        }
    }

    /// Whether this name was tried and could not be had.
    func hasFailed(_ name: PlannedHardLink) -> Bool {
        monitor.withLock { state in
            guard let group = state.groups[name.group] else { return false }
            return group.names.prefix(group.next).contains { $0.id == name.id }
        }
    }

    /// The name that the others are linked to; `nil` where none could be had.
    func place(of number: Int) -> TreePath? { monitor.withLock { $0.groups[number]?.place } }
}
