import Glibc

/// Wishes for a live run besides its end: files in the run directory, seen by the supervisor within its tick.
extension RunDirectory {
    /// Asks for another number of workers. Those that are too many finish their files first.
    /// - Throws: ``FleetError`` `invalid` beyond what the scoreboard has room for.
    public func requestWorkers(_ count: Int) throws(FleetError) {
        let most = try ScoreboardReading(layout.scoreboard).capacity
        guard count >= 1, count <= most else {
            throw FleetError(.invalid, "cannot change the workers of run \(spec.id) to \(count): it can have 1 to \(most)")
        }
        try layout.workers.replace(with: Array("\(count)\n".utf8))
    }

    /// The number asked for, if any.
    var workersRequest: Int? {
        guard layout.workers.exists, let bytes = try? layout.workers.contents(limit: 64) else { return nil }
        return decimal(bytes.prefix { $0 > 0x20 }).flatMap { Int(exactly: $0) }
    }

    /// Asks that nothing more be claimed, or that claims go on. Files in flight are not disturbed, and the time budget runs on.
    public func requestPause(_ paused: Bool) throws(FleetError) {
        if paused {
            try layout.pause.replace(with: [])
        } else if !layout.pause.unlink() {
            throw .system("remove \(layout.pause.text)")
        }
    }

    /// Takes files that nobody has claimed so far out of the run, for another host to run them: the last ones of its queue. They end as `untested`.
    /// - Parameter count: the most.
    /// - Returns: their keys, in the order of the queue.
    /// - Throws: ``FleetError`` `invalid` for a run that starts over.
    public func giveBack(_ count: Int) throws(FleetError) -> [UInt64] {
        guard spec.mode == .drain else { throw FleetError(.invalid, "cannot give files of run \(spec.id) back: it runs them again and again") }
        let manifest = try manifest(), known = Set(try KnownRecords(layout).entries.map(\.head.id))
        var keys: [UInt64] = []
        for id in try Cursor(layout.cursor).giveBack(count, below: manifest.runnable) where !known.contains(id) { keys.append(try manifest.entry(id).key) }
        return keys
    }

    var isPauseRequested: Bool { layout.pause.exists }
}
