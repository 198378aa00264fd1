/// Files that are waiting, and results that come in any order and are given out in the files' order.
public struct ResultQueue {
    private enum Slot { case pending, left, done(FileResult) }

    private var slots: [Slot]
    /// The files in the order in which they are taken.
    private let order: [Int]
    private var next = 0
    private var given = 0
    private let failFast: Bool

    /// - Parameter costs: what the files take, in any unit. Those with the highest are taken first, so that none of them
    ///   is left for the end, when others have nothing to do; equal ones in their own order.
    public init(costs: [Int], failFast: Bool) {
        slots = Array(repeating: .pending, count: costs.count)
        order = costs.indices.sorted { (costs[$1], $0) < (costs[$0], $1) }
        self.failFast = failFast
    }

    /// The next file to run; nil when there is none.
    public mutating func takeFile() -> Int? {
        guard next < slots.count else { return nil }
        next += 1
        return order[next - 1]
    }

    /// Leaves out what nobody has taken.
    public mutating func stop() {
        for index in order[next...] { slots[index] = .left }
        next = slots.count
    }

    /// Takes in the result of one file and gives out all that are due.
    public mutating func add(_ result: FileResult, at index: Int, give: (FileResult) -> Void) {
        slots[index] = .done(result)
        if failFast, !result.passed { stop() }
        while given < slots.count {
            switch slots[given] {
            case .pending: return
            case .left: break
            case .done(let result):
                give(result)
                slots[given] = .left
            }
            given += 1
        }
    }
}
