import Glibc
import Platform

extension FleetRun {
    /// Writes every record once, in manifest order, and the summary; checks that they add up.
    mutating func finish() throws(FleetError) -> RunSummary {
        if role.isElement { return try finishElement() }
        if role.isCluster { try seal() }
        if core.failure == nil { try readFeeds() } else { try? readFeeds() }
        try? noteGivenBack()
        let end = core.end(isComplete: isComplete)
        if board[.cpuSamples] == 0 { try? sample() }
        ledger.show(on: board)
        try? tidy()
        let board = try ScoreboardReading(layout.scoreboard)
        var published = Tally()
        var late = 0
        for slot in board.slots {
            published += slot.tally()
            late += slot.late
        }
        let nodes = role.isCluster ? NodeFolder.all(layout) : []
        late += nodes.reduce(0) { $0 + ($1.summary?.lateResults ?? 0) }
        let (all, found) = try writeRecords(end)
        let cache = try concludeVerdicts()
        if positions.startsOver { try writeIterations() }
        var summary = RunSummary(
            id: spec.id, workspace: spec.workspace, end: end, error: core.failure,
            startedAt: Double(board[word: .firstStartedAt]) / 1e6, finishedAt: Clock.now, wall: Clock.seconds(since: started),
            total: manifest.count, outcomes: all.outcomes, tests: found.tests, skippedRecords: found.skippedRecords,
            errors: found.errors, workers: core.wanted, restarts: Int(clamping: board[word: .restarts]),
            lateResults: late, utilisation: RunDirectory.utilisation(board))
        summary.use = nodes.compactMap { $0.summary?.use }.reduce(board.use) { $0 + $1 }
        summary.restarts += nodes.reduce(0) { $0 + ($1.summary?.restarts ?? 0) }
        summary.obstacle = core.obstacle
        summary.cache = cache
        summary.memory = directory.memoryLimit(isGrouped: groups != nil)
        if positions.startsOver { summary.iterations = ledger.finishedIterations }
        if ledger.flaky > 0 { summary.flaky = ledger.flaky }
        let retries = RetryBudget.account(layout, limit: spec.retriesTotal)
        if givenBack.missing > 0 { summary.givenBack = givenBack.missing }
        summary.retries = retries?.made
        summary.retriesRefused = retries.flatMap { $0.refused > 0 ? $0.refused : nil }
        if let violation = violation(all, found, published) { summary.error = [core.failure, violation].compactMap { $0 }.joined(separator: "; ") }
        try events.append(RunEvent(kind: .runFinished, time: Clock.now, message: summary.error, end: end))
        try events.sync()
        try layout.summary.replace(with: JSON.encode(summary))
        try layout.root.syncFolder()
        // It can be made again from the runs.
        try? SuiteHistory.note(directory)
        // What stays takes more room, and nothing else.
        _ = try? directory.compact()
        return summary
    }

    /// Removes what killed workers left; nobody works any more.
    func tidy() throws(FleetError) {
        for folder in [layout.temporary, layout.work] {
            for name in try folder.names() { (folder / name).removeTree() }
        }
        layout.parts.removeTree()
        for state in try table.list() where index[state.id] != nil { table.remove(id: state.id, upTo: state.generation) }
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
        case .drained, .failed: core.obstacle == nil ? "the run could not go on" : core.failure ?? "the run could not go on"
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
            if let (line, tally, published) = try positions.startsOver ? soaked(id, &source) : source.line(id).map({ ($0, $1, $1) }) {
                buffer += line
                found += published
                all += tally
            } else {
                let record = FileRecord(id: id, file: entry.text, outcome: .untested, finishedAt: 0,
                                        message: givenBack.holds(id, positions) ? "another host was to run it" : reason)
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
        var records = RecordTally()
        for position in stride(from: id, to: index.end, by: positions.count) {
            guard let (line, tally) = try source.line(position) else { continue }
            published += tally
            last = position
            if tally.outcomes[.pass] != nil && !RecordLine.mayBeFlaky(line) {
                records.addPasses()
                continue
            }
            if tally.outcomes[.pass] == nil { lastFailed = position }
            let record = try JSON.decode(FileRecord.self, line, layout.result(position))
            // What was ended from outside says nothing of its records.
            guard record.outcome == .pass || record.outcome == .fail else { continue }
            records.add(record.failures, errors: record.errors, stoppedAt: record.stoppedAt, tried: record.runs == nil ? record.flakyRecords ?? [] : [])
            // It passed on a retry within the round.
            if record.outcome == .pass, record.runs != nil { records.addPasses() }
        }
        guard let shown = lastFailed ?? last, let (line, _) = try source.line(shown) else { return nil }
        var record = try JSON.decode(FileRecord.self, line, layout.result(shown))
        if let runs = ledger.runs(id) {
            record.runs = runs
            record.flaky = runs.passed > 0 && runs.failed > 0 ? true : nil
            record.flakyRecords = records.flaky
        }
        var tally = Tally()
        tally.add(record)
        return (record.json, tally, published)
    }

    private func writeIterations() throws(FleetError) {
        var bytes: [UInt8] = []
        for iteration in ledger.iterations { bytes += try JSON.encode(iteration) }
        try layout.iterations.replace(with: bytes)
    }
}
