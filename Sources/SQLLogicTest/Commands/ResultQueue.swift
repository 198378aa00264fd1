/// Files that wait to be run, and their results: these come in any order and are delivered in the files' order.
package struct ResultQueue {
    private enum Slot { case pending, left, done(FileResult) }

    private var slots: [Slot]
    /// The files in the order in which they are run.
    private let order: [Int]
    private var next = 0
    /// How many files have their results delivered, or have none.
    private var delivered = 0
    private let failFast: Bool

    /// - Parameter costs: what the files take, in any unit. Those with the highest are run first, so that none of them
    ///   is left for the end, when others have nothing to do; equal ones in their own order.
    package init(costs: [Int], failFast: Bool) {
        slots = Array(repeating: .pending, count: costs.count)
        order = costs.indices.sorted { (costs[$1], $0) < (costs[$0], $1) }
        self.failFast = failFast
    }

    /// The next file to run; nil when there is none.
    package mutating func dequeue() -> Int? {
        guard next < slots.count else { return nil }
        next += 1
        return order[next - 1]
    }

    /// Leaves out the files that have not been started.
    package mutating func stop() {
        for index in order[next...] { slots[index] = .left }
        next = slots.count
    }

    /// Delivers all results that are there, though others before them are not.
    package mutating func finish(deliver: (FileResult) -> Void) {
        stop()
        for index in slots[delivered...].indices {
            if case .done(let result) = slots[index] { deliver(result) }
        }
        delivered = slots.count
    }

    /// Notes how a file ended of which more is to be said.
    package mutating func note(_ result: FileResult) {
        if failFast, result.hasFailed { stop() }
    }

    /// Adds the result of one file and delivers all that are due.
    package mutating func add(_ result: FileResult, at index: Int, deliver: (FileResult) -> Void) {
        slots[index] = .done(result)
        note(result)
        while delivered < slots.count {
            switch slots[delivered] {
            case .pending: return
            case .left: break
            case .done(let result):
                deliver(result)
                slots[delivered] = .left
            }
            delivered += 1
        }
    }
}
