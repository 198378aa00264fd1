/// Where a worker says how far it is in its file.
public final class Progress: Sendable {
    private let slot: Slot

    init(_ slot: Slot) { self.slot = slot }

    /// - Parameters:
    ///   - line: the line of the record that begins now, from 1.
    ///   - record: its number in the file, from 1.
    public func at(line: Int, record: Int) { slot.show(line: line, record: record) }

    /// Begins the file's time anew: what it waited for until now was not its own.
    public func restart() { slot.restartFile() }

    /// Does what is not the file's own while its clock stands still: a file that has ended in time stays one.
    /// - Parameter seconds: after that the file's whole time-out begins, so that nothing is waited for without end.
    public func resting<Value>(upTo seconds: Double, _ body: () -> Value) -> Value { slot.restFile(upTo: seconds, body) }

    /// The process group that works on the file besides the worker's own, so that it can be ended with it.
    func child(pid: Int32, startTime: UInt64) { slot.show(program: pid, startTime: startTime) }
}
