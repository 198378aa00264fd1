import Fleet
import Platform

extension KnownFailuresFile {
    /// What the new entries of an update say.
    public struct NewEntries: Sendable {
        public var reason: String?
        public var issue: String?
        /// `2026-12-31`.
        public var expires: String?
        /// Pin the files that are kept out, also where none were pinned so far.
        public var pins = false

        public init() {}
    }

    /// What an update did.
    public struct Change: Sendable, Equatable, Codable {
        public var added = 0
        /// Entries whose record, or file, holds now.
        public var removed = 0
        /// Entries whose record now fails in another way.
        public var changed = 0
        public var kept = 0
        /// Of those that were kept: the run says nothing of them.
        public var notReached = 0
        /// Of those that were kept: their day is over, and they stay red.
        public var expired = 0
        public var pinned = 0
        public var unpinned = 0
        /// Failures that the run counted and did not keep: they cannot be listed, and stay red.
        public var unnamed = 0
    }

    /// Takes over what a run found: failures that are not known are added, those that hold are removed, and what the run did not reach stays as it is.
    /// - Throws: ``RemoteError`` `results` where the run cannot be read, `usage` where the list would be too long.
    public mutating func update(from run: RunFolder, _ new: NewEntries = NewEntries()) throws(RemoteError) -> Change {
        let found = try run.judgement(by: list)
        let changed = update(found, new, keptOut: try run.keptOut())
        guard entries.count + pins.count <= KnownFailures.most else {
            throw RemoteError(.usage, "cannot list so many known failures: \(entries.count + pins.count), and \(KnownFailures.most) are the most",
                              remedy: .advice("block the files that fail most"))
        }
        return changed
    }

    mutating func update(_ found: Judgement, _ new: NewEntries, keptOut: [KeptOutFile]) -> Change {
        var change = Change()
        let before = entries.count, fixed = Set(found.fixed.map(KnownFailureKey.init))
        entries.removeAll { fixed.contains(KnownFailureKey($0.failure)) }
        change.removed = before - entries.count
        change.expired = found.expired.count
        change.notReached = found.notReached
        let places = Dictionary(entries.enumerated().map { (KnownFailureKey($0.element.failure), $0.offset) }) { first, _ in first }
        let place = { (finding: Judgement.Finding) in finding.entry.flatMap { places[KnownFailureKey($0)] } }
        for finding in found.known + found.expired {
            if let index = place(finding) { entries[index].whereabouts = Self.whereabouts(finding) }
        }
        for finding in found.new {
            if let unnamed = finding.unnamed {
                change.unnamed += unnamed
                continue
            }
            let failure = KnownFailure(file: finding.file, outcome: finding.outcome, record: finding.record, kind: finding.kind, reason: new.reason, issue: new.issue, expires: new.expires)
            let entry = Entry(failure: failure, whereabouts: Self.whereabouts(finding))
            if let index = place(finding) {
                // Of what fails in another way now, the old reason says nothing.
                entries[index] = entry
                change.changed += 1
            } else {
                entries.append(entry)
                change.added += 1
            }
        }
        change.kept = entries.count - change.added - change.changed
        updatePins(found, new, keptOut, &change)
        return change
    }

    private mutating func updatePins(_ found: Judgement, _ new: NewEntries, _ keptOut: [KeptOutFile], _ change: inout Change) {
        if new.pins { pinned = Self.pinnable.map(\.outcome) }
        let isPinned = list.pinned
        let before = pins.count
        let unpinned = Set(found.unpinned)
        pins.removeAll { unpinned.contains($0.files) }
        change.unpinned = before - pins.count
        let there = pins, table = PinTable(pins.map(\.files))
        for file in keptOut where isPinned.contains(file.outcome) {
            guard !table.matching(file.path).contains(where: { there[$0].files.outcome == file.outcome }) else { continue }
            pins.append(Pin(files: PinnedFiles(files: Glob.literal(file.path), outcome: file.outcome, reason: file.reason)))
            change.pinned += 1
        }
        // The last one of a table that runs must not take the pin of the whole set with it.
        if before > 0 { pinned = Self.pinnable.map(\.outcome).filter(isPinned.contains) }
    }
}

extension RunFolder {
    /// The files that were not run, with the reasons.
    func keptOut() throws(RemoteError) -> [KeptOutFile] {
        var found: [KeptOutFile] = []
        do {
            try forEachRecord { record in
                if let file = KeptOutFile(record) { found.append(file) }
                return true
            }
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(spec.id) in \(path): \(error)")
        }
        return found
    }
}
