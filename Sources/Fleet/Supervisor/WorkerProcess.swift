/// A worker as its supervisor knows it.
struct WorkerProcess: Equatable, Sendable {
    /// Why the supervisor ended it.
    enum Ending: Equatable, Sendable {
        case timeout
        /// It had more memory than it may have.
        case memory
        /// The run is over; its file may be run by a resumed one.
        case runOver
    }

    var slot: Int
    var pid: Int32
    /// What holds it to its memory, and how many processes the kernel had ended there when it was started.
    var group: ControlGroup?
    var killsBefore: UInt64 = 0
    /// Where its words begin in the log of its slot, in bytes.
    var logStart = 0
    var ending: Ending?
    /// It was told to claim no more.
    var isDismissed = false
}
