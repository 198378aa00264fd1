/// Where a worker says how far it is in its file: three stores into mapped memory, cheap enough for every record.
public final class Progress: Sendable {
    private let board: Scoreboard
    private let slot: Int

    init(board: Scoreboard, slot: Int) {
        self.board = board
        self.slot = slot
    }

    /// - Parameters:
    ///   - line: the line of the record that begins now, from 1.
    ///   - record: its number in the file, from 1.
    public func at(line: Int, record: Int) {
        board[slot, .line] = UInt64(max(0, line))
        board[slot, .record] = UInt64(max(0, record))
        board[slot, .lastProgress] = Clock.monotonic
    }

    /// The process group that works on the file besides the worker's own, so that it can be ended with it.
    func child(pid: Int32, startTime: UInt64) {
        board[slot, .childStart] = startTime
        board[slot, .childPid] = UInt64(max(0, pid))
    }
}
