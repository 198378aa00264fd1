import Glibc
import Platform

/// The parts of one file that is being run: `parts/<position>` in the run directory. Each is claimed and published as files of a run are, in folders
/// of the same form; whoever holds the claim of the file coordinates them.
final class PartFolder {
    let position: Int
    /// Of the parts, whose numbers take the place of positions.
    let layout: RunLayout
    let division: FileDivision
    private let run: RunLayout
    private let table: ClaimTable
    private let results: Results
    private let attempts: Int
    private var orphans: Orphans
    /// Claims that nobody holds any more, as of the last look.
    private var lost: [Int: ClaimState] = [:]
    /// Whether the file ends in a part, of those that have a result.
    private var ends: [Int: Bool] = [:]

    private init(_ position: Int, _ division: FileDivision, _ run: RunLayout, _ owner: ClaimOwner, _ spec: RunSpec) {
        self.position = position
        self.division = division
        self.run = run
        layout = run.parts(position)
        table = ClaimTable(layout: layout, owner: owner)
        results = Results(layout: layout)
        attempts = spec.attempts
        orphans = Orphans(table: table, lease: spec.leaseSeconds)
    }

    /// - Returns: nil where the file is not in parts, or not any more.
    static func open(_ position: Int, _ run: RunLayout, _ owner: ClaimOwner, _ spec: RunSpec) -> PartFolder? {
        let layout = run.parts(position)
        guard !layout.whole.exists, let bytes = try? layout.plan.contents(limit: 1 << 24),
              let division = try? JSON.decode(FileDivision.self, bytes, layout.plan), !division.blocks.isEmpty else { return nil }
        return PartFolder(position, division, run, owner, spec)
    }

    /// Makes the folder, whole or not at all. One that is there is used again, with what is finished in it, where it is of the same plan.
    static func make(_ position: Int, _ division: FileDivision, _ run: RunLayout, _ owner: ClaimOwner, _ spec: RunSpec) throws(FleetError) -> PartFolder {
        if let known = open(position, run, owner, spec), known.division == division { return known }
        let target = run.parts(position).root
        target.removeTree()
        try run.parts.makeFolders()
        let building = RunLayout(root: run.temporary / "parts-\(position)-\(owner.process.pid)")
        building.root.removeTree()
        try building.root.makeFolder()
        for folder in [building.claims, building.results, building.temporary, building.work, building.resultShard(0)] { try folder.makeFolder() }
        try building.plan.replace(with: JSON.encode(division))
        try building.root.rename(to: target)
        return PartFolder(position, division, run, owner, spec)
    }

    func remove() { layout.root.removeTree() }

    /// Nobody is to run parts of the file any more: it is run as one.
    func giveUp() { _ = File(ifPossible: layout.whole, O_WRONLY | O_CREAT) }

    /// Whether parts are still wanted: the file has no record, and is not run as one.
    var isWanted: Bool { !run.result(position).exists && !layout.whole.exists && layout.plan.exists }

    var isFinished: Bool { wanted.allSatisfy { layout.result($0).exists } }

    /// The parts up to the one in which the file ends, as far as that is known.
    private var wanted: Range<Int> {
        for block in division.blocks.indices where layout.result(block).exists {
            if ends[block] == nil { ends[block] = (try? results.recordLine(block)).flatMap { PartRecord(line: $0) }?.head.isLast ?? false }
            if ends[block] == true { return 0..<(block + 1) }
        }
        return division.blocks.indices
    }

    /// Whether a part is being run by somebody.
    var isAtWork: Bool { wanted.contains { !layout.result($0).exists && layout.claim($0, 1).exists && lost[$0] == nil } }

    // MARK: Claims

    /// Looks for claims that nobody holds any more.
    /// - Returns: whether a part was lost too often.
    func look() throws(FleetError) -> Bool {
        let found = try orphans.find().orphans.filter { !layout.result($0.id).exists }
        lost = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
        return found.contains { $0.isExhausted(attempts: attempts) }
    }

    /// Whether there is a part from `block` on that can be claimed.
    func hasOpen(from block: Int = 0) -> Bool {
        wanted.dropFirst(block).contains { block in
            if layout.result(block).exists { return false }
            return !layout.claim(block, 1).exists || lost[block].map { !$0.isExhausted(attempts: attempts) } ?? false
        }
    }

    /// - Returns: nil where another worker has it, or it is done.
    func claim(_ block: Int) throws(FleetError) -> Claim? {
        if layout.result(block).exists { return nil }
        var claim = try table.create(id: block, generation: 1, tryNumber: 1)
        if claim == nil, let state = lost.removeValue(forKey: block), !state.isExhausted(attempts: attempts) { claim = try table.takeOver(state) }
        guard let claim, layout.result(block).exists else { return claim }
        // It was finished just before, and its claims removed.
        table.remove(id: block, upTo: claim.generation)
        return nil
    }

    // MARK: Results

    func publish(_ record: PartRecord, _ claim: Claim) throws(FleetError) {
        try claim.write(record: record.line())
        KillWindow.recordWritten.reach()
        // A later publisher has found the same.
        _ = try results.publish(claim.path, claim.file, id: claim.id)
        table.remove(id: claim.id, upTo: claim.generation)
    }

    /// The records of all parts, in their order; nil where one cannot be read.
    func records() -> [PartRecord]? {
        var records: [PartRecord] = []
        for block in wanted {
            guard let line = try? results.recordLine(block, isThere: true), let record = PartRecord(line: line) else { return nil }
            records.append(record)
        }
        return records
    }
}
