import Glibc
import Platform

/// Makes records public: in the results, in a slot's counts, and in a feed.
struct Publisher {
    let slot: Slot
    let results: Results
    let table: ClaimTable
    /// Whether other machines read the results: a name may come to them before what it names.
    var isShared = false

    /// Publishes through the claim's own file.
    /// - Returns: whether this was the first result; a late one is counted and discarded.
    func publish(_ record: FileRecord, _ claim: Claim, feed: File) throws(FleetError) -> Bool {
        try claim.write(record: record.json + [UInt8(ascii: "\n")])
        if isShared { try claim.flush() }
        KillWindow.recordWritten.reach()
        slot.prepare(record, position: claim.id)
        let publication: Results.Publication
        do {
            publication = try results.publish(claim.path, claim.file, id: claim.id)
        } catch {
            slot.abort()
            throw error
        }
        guard publication == .won else {
            slot.abort()
            slot.countLate()
            claim.path.unlink()
            return false
        }
        KillWindow.resultLinked.reach()
        let brief = record.brief
        let line = brief.json + [UInt8(ascii: "\n")]
        try feed.write(FeedEntry(id: claim.id, outcome: record.outcome, isWhole: record.isBrief, isFlaky: record.flaky == true, line: line).bytes)
        KillWindow.feedWritten.reach()
        slot.commit()
        table.remove(id: claim.id, upTo: claim.generation)
        return true
    }

    /// Publishes for a file whose owner is gone, up to the generation it had.
    func publish(_ record: FileRecord, at position: Int, upTo generation: Int) throws(FleetError) -> Bool {
        let temporary = results.layout.temporary / "result-\(position)-\(table.owner.process.pid)-\(table.owner.process.startTime)"
        defer { temporary.unlink() }
        let file = try File(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        try file.write(table.owner.line + record.json + [UInt8(ascii: "\n")])
        if isShared { try file.sync() }
        slot.prepare(record, position: position)
        let publication: Results.Publication
        do {
            publication = try results.publish(temporary, file, id: position)
        } catch {
            slot.abort()
            throw error
        }
        if publication == .won { slot.commit() } else { slot.abort() }
        table.remove(id: position, upTo: generation)
        return publication == .won
    }
}
