import Glibc

/// Makes records public: in the results, in a slot's counts, and in a feed.
struct Publisher {
    let board: Scoreboard
    let slot: Int
    let results: Results
    let table: ClaimTable

    /// Publishes through the claim's own file.
    /// - Returns: whether this was the first result; a late one is counted and discarded.
    func publish(_ record: FileRecord, _ claim: Claim, feed: File) throws(FleetError) -> Bool {
        try claim.write(record: record.json + [UInt8(ascii: "\n")])
        board.prepare(slot, record, position: claim.id)
        let publication: Results.Publication
        do {
            publication = try results.publish(claim.path, id: claim.id) { claim.isSameFile(as: $0) }
        } catch {
            board.abort(slot)
            throw error
        }
        guard publication == .won else {
            board.abort(slot)
            board[slot, .late] &+= 1
            claim.path.unlink()
            return false
        }
        let brief = record.brief
        let line = brief.json + [UInt8(ascii: "\n")]
        try feed.write(FeedEntry(id: claim.id, outcome: record.outcome, isWhole: record.isBrief, isFlaky: record.flaky == true, line: line).bytes)
        board.commit(slot)
        table.remove(id: claim.id, upTo: claim.attempt)
        return true
    }

    /// Publishes for a file whose owner is gone, up to the attempt it had.
    func publish(_ record: FileRecord, at position: Int, forAttempt attempt: Int) throws(FleetError) -> Bool {
        let temporary = results.layout.temporary / "result-\(position)-\(table.owner.process.pid)"
        defer { temporary.unlink() }
        let file = try File(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        try file.write(table.owner.line + record.json + [UInt8(ascii: "\n")])
        let own = try file.status()
        board.prepare(slot, record, position: position)
        let publication: Results.Publication
        do {
            publication = try results.publish(temporary, id: position) { path in
                path.status(followingLinks: false).map { $0.st_ino == own.st_ino && $0.st_dev == own.st_dev } ?? false
            }
        } catch {
            board.abort(slot)
            throw error
        }
        if publication == .won { board.commit(slot) } else { board.abort(slot) }
        table.remove(id: position, upTo: attempt)
        return publication == .won
    }
}
