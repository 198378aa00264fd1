/// Brings the changes of a sync, which end in any order, into the order of the plan: a real sync lists them as a dry run does.
struct ChangeOrder {
    private var next = 0
    /// The first place of which not all is told.
    private var told = 0
    private var waiting: [Int: (changes: [SyncChange], isClosed: Bool)] = [:]

    /// The place of what is planned next. It has to be closed when no more changes can come of it.
    mutating func reserve() -> Int {
        defer { next += 1 }
        return next
    }

    mutating func add(_ change: SyncChange, at place: Int) { waiting[place, default: ([], false)].changes.append(change) }

    mutating func close(_ place: Int) { if place >= told { waiting[place, default: ([], false)].isClosed = true } }

    /// What can be told now.
    mutating func ready() -> [SyncChange] {
        var ready: [SyncChange] = []
        while let first = waiting[told], first.isClosed {
            ready += first.changes
            waiting[told] = nil
            told += 1
        }
        return ready
    }

    /// All that is left, in order.
    mutating func rest() -> [SyncChange] {
        let rest = waiting.sorted { $0.key < $1.key }.flatMap(\.value.changes)
        waiting = [:]
        told = next
        return rest
    }
}
