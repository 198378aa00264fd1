import Platform

/// An element of a cluster's job as its folder shows it now.
struct NodeReading {
    let folder: NodeFolder
    let board: ScoreboardReading
    let isAtWork: Bool
    /// What it has published.
    let tally: Tally

    var late: Int { board.slots.reduce(0) { $0 + $1.late } }
    var restarts: Int { Int(clamping: board[word: .restarts]) }
    var use: FleetUse { board.use }

    /// Seconds from a moment of its machine's monotonic clock until now. Its supervisor has noted the same moment on both clocks.
    func seconds(since moment: UInt64) -> Double {
        guard moment != 0 else { return 0 }
        let start = Double(board[word: .startedAt]) / 1e6, offset = (Double(moment) - Double(board[word: .startedClock])) / 1e9
        return max(0, Clock.now - start - offset)
    }

    var status: NodeStatus {
        let note = folder.note, summary = isAtWork ? nil : folder.summary
        var status = NodeStatus(element: note.element, restarts: note.restarts, host: note.host, state: isAtWork ? .running : summary == nil ? .lost : .ended,
                                firstWorker: note.firstWorker, workers: note.workers)
        status.error = summary?.error ?? (board.text.isEmpty ? nil : board.text)
        guard isAtWork else { return status }
        let live = board.slots.dropFirst().filter { $0.state != .empty && $0.state != .left }
        status.busy = live.count { $0.state == .running }
        status.cpu = min(1, live.reduce(0) { $0 + $1.cpu } / Double(max(1, note.workers)))
        status.rss = live.reduce(0) { $0 + $1.resident }
        return status
    }
}
