import Glibc
import Platform

/// Of a run of which nothing is left to do, most files say what `records.jsonl` and `summary.json` say, and take a block of the disk each.
extension RunDirectory {
    /// Removes what only a run that goes on needs, once every file has its record. Killed at any instant it leaves a run that reads the same: whoever
    /// reads a complete run looks at nothing that is removed here. The caller holds the run's lock, or the run's workers are gone with their supervisor.
    /// - Parameter goesOn: is asked after each step; a test ends the work there.
    /// - Returns: whether there was something to remove.
    @discardableResult
    func compact(while goesOn: (Path) -> Bool = { _ in true }) throws(FleetError) -> Bool {
        guard isUncompacted, let summary = try completeSummary() else { return false }
        // The records are the only ones then: they have to be whole, and on the disk.
        guard try recordCount() == summary.total else { return false }
        // A fetch that began while the run went on reads its results.
        let results = File(ifPossible: layout.results, O_RDONLY | O_DIRECTORY)
        if let results, !results.tryLockWhole(), errno == EWOULDBLOCK { return false }
        defer { withExtendedLifetime(results) {} }
        try File(layout.records, O_RDONLY).sync()
        try layout.root.syncFolder()
        for path in underway {
            path.removeTree()
            if !goesOn(path) { break }
        }
        return true
    }

    /// What only a run that goes on needs. The scoreboard goes last.
    private var underway: [Path] {
        let nodes = NodeFolder.all(layout).map(\.layout)
        return nodes.flatMap { [$0.feed, $0.temporary, $0.work, $0.verdictNotes, $0.events, $0.scoreboard, $0.supervisorLock] } + [layout.results, layout.claims, layout.feed, layout.temporary, layout.work, layout.verdictNotes, layout.known, layout.cursor, layout.workers, layout.pause, layout.retries, layout.groups, layout.began, layout.scoreboard]
    }

    /// What that takes on the disk.
    var bytesOfUnderway: Int { underway.reduce(0) { $0 + $1.bytesOnDisk } }

    /// Whether nothing is left to do after this end: then all that is known of the run is in the summary and in the records.
    func isComplete(_ summary: RunSummary) -> Bool { spec.mode == .drain && summary.isComplete }

    /// How the run ended, if nothing is left to do in it.
    func completeSummary() throws(FleetError) -> RunSummary? { try summary().flatMap { isComplete($0) ? $0 : nil } }

    private var isUncompacted: Bool { layout.scoreboard.exists || layout.results.exists }

    private func recordCount() throws(FleetError) -> Int {
        guard let file = File(ifPossible: layout.records, O_RDONLY) else { return -1 }
        var offset = 0, lines = 0
        while true {
            let piece = try file.read(1 << 20, at: offset)
            if piece.isEmpty { return lines }
            lines += piece.count { $0 == UInt8(ascii: "\n") }
            offset += piece.count
        }
    }

    /// The line of a record of a complete run, by its number. Its results may be gone, or be going just now.
    func completeLine(_ id: Int) throws(FleetError) -> [UInt8]? {
        guard try completeSummary() != nil, let file = File(ifPossible: layout.records, O_RDONLY) else { return nil }
        var offset = 0
        while case let lines = try file.lines(4 << 20, at: offset, longest: FileRecord.longest), !lines.isEmpty {
            for line in lines.split(separator: UInt8(ascii: "\n")) where RecordHead(line: line)?.id == id { return Array(line) }
            offset += lines.count
        }
        return nil
    }

    /// Goes on with the compaction of the latest runs where it was cut off.
    /// - Parameter limit: at most so many of the latest runs are looked at.
    static func compact(state: String, limit: Int) {
        for directory in uncompacted(state: state, limit: limit) { directory.compactIfEnded() }
    }

    /// Complete runs that have more than they need: of older releases, and such whose supervisor was killed at the very end.
    static func uncompacted(state: String, limit: Int = .max) -> [RunDirectory] {
        ((try? list(state: state)) ?? []).suffix(limit).compactMap { id in
            guard let directory = try? open(state: state, id: id), directory.isUncompacted, (try? directory.completeSummary()) != nil else { return nil }
            return directory
        }
    }

    /// Unless a supervisor is at work.
    func compactIfEnded() {
        guard let lock = try? File(layout.supervisorLock, O_RDWR), (try? lock.tryLock()) == true else { return }
        _ = try? compact()
    }
}
