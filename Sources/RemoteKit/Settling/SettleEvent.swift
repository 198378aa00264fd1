/// What happens while a file is settled.
public enum SettleEvent: Sendable {
    /// A run begins.
    /// - Parameters:
    ///   - condition: what it is for.
    ///   - number: from 1, of `count`.
    case begins(SettleCondition, number: Int, count: Int)
    /// Something happened in it.
    case job(JobEvent)
    /// All runs of a condition have ended.
    case counted(SettleCount)
}
