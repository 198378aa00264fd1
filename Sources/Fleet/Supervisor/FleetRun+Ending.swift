import Glibc

extension FleetRun {
    /// Writes every record once, in manifest order, and the summary; checks that they add up.
    mutating func finish() throws(FleetError) -> RunSummary {
        if failure == nil { try readFeeds() } else { try? readFeeds() }
        let end: RunEnd = switch phase {
        case .running: .drained
        case .draining(let end, _), .ending(let end): index.present >= manifest.count && end != .failed ? .drained : end
        }
        try? tidy()
        let board = try ScoreboardReading(layout.scoreboard)
        var published = Tally()
        var late = 0
        for slot in board.slots {
            published += slot.tally()
            late += Int(clamping: slot[.late])
        }
        let (all, found) = try writeRecords(end)
        var summary = RunSummary(
            id: spec.id, workspace: spec.workspace, end: end, error: failure,
            startedAt: Double(board[word: .firstStartedAt]) / 1e6, finishedAt: Clock.now, wall: Clock.seconds(since: started),
            total: manifest.count, outcomes: all.outcomes, tests: all.tests, skippedRecords: all.skippedRecords,
            errors: all.errors, workers: spec.workers, restarts: Int(clamping: board[word: .restarts]),
            lateResults: late, utilisation: RunDirectory.utilisation(board))
        if let violation = violation(all, found, published) { summary.error = [failure, violation].compactMap { $0 }.joined(separator: "; ") }
        try events.append(RunEvent(kind: .runFinished, time: Clock.now, message: summary.error, end: end))
        try events.sync()
        try layout.summary.replace(with: JSON.encode(summary))
        try layout.root.syncFolder()
        return summary
    }

    /// Removes what killed workers left; nobody works any more.
    private func tidy() throws(FleetError) {
        for folder in [layout.temporary, layout.work] {
            for name in try folder.names() { (folder / name).removeTree() }
        }
        for state in try table.list() where index[state.id] != nil { table.remove(id: state.id, upTo: state.attempt) }
    }

    /// What is wrong with the counts, if anything.
    private func violation(_ all: Tally, _ found: Tally, _ published: Tally) -> String? {
        if all.files != manifest.count { return "cannot account for every file: \(manifest.count) files, \(all.files) records" }
        if found != published {
            return "cannot account for every file: \(published.files) records were counted, \(found.files) were found"
        }
        return nil
    }

    /// - Returns: the counts of all records, and of those that were published.
    private func writeRecords(_ end: RunEnd) throws(FleetError) -> (all: Tally, found: Tally) {
        let target = Path(layout.records.bytes + Array(".new".utf8))
        let reason = switch end {
        case .budget: "the time budget was over"
        case .stopped: "the run was stopped"
        case .drained, .failed: "the run could not go on"
        }
        do {
            let tallies = try writeRecords(to: File(target, O_WRONLY | O_CREAT | O_TRUNC), untested: reason)
            try target.rename(to: layout.records)
            return tallies
        } catch {
            target.unlink()
            throw error
        }
    }

    private func writeRecords(to file: File, untested reason: String) throws(FleetError) -> (all: Tally, found: Tally) {
        var source = RecordSource(layout: layout, index: index)
        var all = Tally(), found = Tally()
        var buffer: [UInt8] = []
        try manifest.forEach { id, entry throws(FleetError) in
            if let (line, tally) = try source.line(id) {
                buffer += line
                found += tally
                all += tally
            } else {
                let record = FileRecord(id: id, file: entry.text, outcome: .untested, finishedAt: 0, message: reason)
                buffer += record.json
                all.add(record)
            }
            buffer.append(UInt8(ascii: "\n"))
            if buffer.count > 1 << 20 {
                try file.write(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try file.write(buffer)
        try file.sync()
        return (all, found)
    }
}

/// Fetches records from where the index says they are, and counts them.
private struct RecordSource {
    let layout: RunLayout
    let index: RecordIndex
    private var feeds: [Int: File] = [:]

    init(layout: RunLayout, index: RecordIndex) {
        self.layout = layout
        self.index = index
    }

    /// The record's line without newline, and what it counts; `nil` for a file that has none.
    mutating func line(_ id: Int) throws(FleetError) -> ([UInt8], Tally)? {
        var line: [UInt8]
        switch index[id] {
        case nil: return nil
        case .result:
            guard let found = try Results(layout: layout).recordLine(id) else { return nil }
            line = found
        case .feed(let slot, let offset, let length):
            let file: File
            if let open = feeds[slot] { file = open } else { file = try File(layout.feed(slot), O_RDONLY) }
            feeds[slot] = file
            line = try file.read(length, at: offset)
            if let end = line.firstIndex(of: UInt8(ascii: "\n")) { line.removeSubrange(end...) }
        }
        guard let counts = RecordCounts(line: line), counts.id == id else { return nil }
        return (line, counts.tally)
    }
}

/// The head of a record's line, whose keys stand in the order in which they are written.
struct RecordCounts {
    var id: Int
    var tally: Tally

    /// Reads `{"id":1,"file":"…","outcome":"…","tests":1,"skipped":1,"errors":1,` without decoding the rest.
    init?(line: [UInt8]) {
        var rest = line[...]
        guard let id = RecordCounts.number("{\"id\":", &rest), RecordCounts.take(",\"file\":\"", &rest) else { return nil }
        // The file's name ends at the first quote that is not escaped.
        while let byte = rest.first, byte != UInt8(ascii: "\"") { rest = rest.dropFirst(byte == UInt8(ascii: "\\") ? 2 : 1) }
        guard RecordCounts.take("\",\"outcome\":\"", &rest) else { return nil }
        let word = rest.prefix { $0 != UInt8(ascii: "\"") }
        guard let outcome = Outcome(rawValue: String(decoding: word, as: UTF8.self)) else { return nil }
        rest = rest.dropFirst(word.count + 1)
        guard let tests = RecordCounts.number(",\"tests\":", &rest), let skipped = RecordCounts.number(",\"skipped\":", &rest),
              let errors = RecordCounts.number(",\"errors\":", &rest) else { return nil }
        self.id = id
        tally = Tally()
        tally.outcomes[outcome] = 1
        tally.tests = tests
        tally.skippedRecords = skipped
        tally.errors = errors
    }

    private static func take(_ text: StaticString, _ rest: inout ArraySlice<UInt8>) -> Bool {
        let matches = text.withUTF8Buffer { rest.starts(with: $0) }
        if matches { rest = rest.dropFirst(text.utf8CodeUnitCount) }
        return matches
    }

    private static func number(_ key: StaticString, _ rest: inout ArraySlice<UInt8>) -> Int? {
        guard take(key, &rest) else { return nil }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(digits.count)
        return decimal(digits).flatMap { Int(exactly: $0) }
    }
}
