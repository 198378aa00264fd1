import Glibc

extension FleetRun {
    /// Writes every record once, in manifest order, and the summary; checks that they add up.
    mutating func finish() throws(FleetError) -> RunSummary {
        if failure == nil { try readFeeds() } else { try? readFeeds() }
        let end: RunEnd = switch phase {
        case .running: .drained
        case .draining(let end, _), .ending(let end): !positions.isEndless && index.present >= manifest.count && end != .failed ? .drained : end
        }
        if board[.cpuSamples] == 0 { try? sample() }
        ledger.show(on: board)
        try? tidy()
        let board = try ScoreboardReading(layout.scoreboard)
        var published = Tally()
        var late = 0
        for slot in board.slots {
            published += slot.tally()
            late += Int(clamping: slot[.late])
        }
        let (all, found) = try writeRecords(end)
        if positions.isEndless { try writeIterations() }
        var summary = RunSummary(
            id: spec.id, workspace: spec.workspace, end: end, error: failure,
            startedAt: Double(board[word: .firstStartedAt]) / 1e6, finishedAt: Clock.now, wall: Clock.seconds(since: started),
            total: manifest.count, outcomes: all.outcomes, tests: found.tests, skippedRecords: found.skippedRecords,
            errors: found.errors, workers: wanted, restarts: Int(clamping: board[word: .restarts]),
            lateResults: late, utilisation: RunDirectory.utilisation(board))
        summary.use = board.use
        summary.memory = directory.memoryLimit(isGrouped: groups != nil)
        if positions.isEndless { summary.iterations = ledger.finishedIterations }
        if ledger.flaky > 0 { summary.flaky = ledger.flaky }
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
        var source = RecordSource(layout: layout, index: index, positions: positions)
        var all = Tally(), found = Tally()
        var buffer: [UInt8] = []
        try manifest.forEach { id, entry throws(FleetError) in
            if let (line, tally, published) = try positions.isEndless ? soaked(id, &source) : source.line(id).map({ ($0, $1, $1) }) {
                buffer += line
                found += published
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

extension FleetRun {
    /// One record for all iterations of a file: the last failure if there is one, else the last pass.
    /// - Returns: its line, what it counts as, and what its iterations count.
    private func soaked(_ id: Int, _ source: inout RecordSource) throws(FleetError) -> ([UInt8], Tally, Tally)? {
        var published = Tally()
        var last: Int?, lastFailed: Int?
        var lines: [Int: Int] = [:]
        for position in stride(from: id, to: index.end, by: positions.count) {
            guard let (line, tally) = try source.line(position) else { continue }
            published += tally
            last = position
            if tally.outcomes[.pass] != nil && !line.contains(FleetRun.flakyMark) { continue }
            if tally.outcomes[.pass] == nil { lastFailed = position }
            let record = try JSON.decode(FileRecord.self, line, layout.result(position))
            for line in Set(record.failures.map(\.line)) { lines[line, default: 0] += 1 }
        }
        guard let shown = lastFailed ?? last, let (line, _) = try source.line(shown) else { return nil }
        var record = try JSON.decode(FileRecord.self, line, layout.result(shown))
        if let runs = ledger.runs(id) {
            record.runs = runs
            record.flaky = runs.passed > 0 && runs.failed > 0 ? true : nil
            record.flakyRecords = record.flaky == true ? FlakyRecord.among(lines, runs: runs.passed + runs.failed) : nil
        }
        var tally = Tally()
        tally.add(record)
        return (record.json, tally, published)
    }

    private static let flakyMark = Array(#""flaky":true"#.utf8)

    private func writeIterations() throws(FleetError) {
        var bytes: [UInt8] = []
        for iteration in ledger.iterations { bytes += try JSON.encode(iteration) }
        try layout.iterations.replace(with: bytes)
    }
}

/// Fetches records from where the index says they are, and counts them.
private struct RecordSource {
    let layout: RunLayout
    let index: RecordIndex
    let positions: Positions
    private var feeds: [Int: File] = [:]

    init(layout: RunLayout, index: RecordIndex, positions: Positions) {
        self.layout = layout
        self.positions = positions
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
        guard let counts = RecordCounts(line: line), positions.position(counts.id, iteration: counts.iteration) == id else { return nil }
        return (line, counts.tally)
    }
}
