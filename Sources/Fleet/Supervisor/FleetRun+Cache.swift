import Platform

/// Files that are not run, because they have passed with the same inputs.
extension FleetRun {
    /// Publishes the verdicts that are known, but for those that are to be proven. Once a worker has claimed a file this is over.
    mutating func recallVerdicts() throws(FleetError) {
        guard let rule = spec.cached, memory != nil, !positions.startsOver else { return }
        guard try Cursor.position(layout.cursor) == 0 else { return cached = CachedFiles.read(layout) }
        guard !layout.known.exists else { return cached = CachedFiles.read(layout) }
        var files: [(id: Int, file: SuiteFile)] = []
        for id in 0..<manifest.runnable where index[id] == nil { files.append((id, try manifest.entry(id))) }
        var known = memory?.recall(files) ?? [:]
        var found = CachedFiles(use: CacheUse(reason: memory?.reason))
        for id in Self.audited(known.keys.sorted(), percent: rule.auditPercent) {
            guard let verdict = known.removeValue(forKey: id) else { continue }
            found.audits.append(CachedFiles.Audit(id: id, file: try manifest.entry(id).text, known: verdict))
        }
        found.use.taken = known.count
        found.use.audited = found.audits.count
        try found.write(layout)
        cached = found
        let records = files.compactMap { id, file in
            known[id].map { verdict in
                var record = FileRecord(id: id, file: file.text, outcome: .pass, tests: verdict.tests, skipped: verdict.skipped, finishedAt: Clock.now)
                record.cachedFrom = verdict.run
                return record
            }
        }
        if !records.isEmpty {
            try KnownRecords.write(records, layout)
            var tally = board.supervisor.tally
            try index.add(try KnownRecords(layout), announced: [], &tally, &ledger, &events)
            board.supervisor.setTally(tally)
        }
        // No worker will say it.
        if isComplete { EngineFile.write(layout) { memory?.engine } }
    }

    /// Some of the files, drawn anew for each run.
    static func audited(_ ids: [Int], percent: Int) -> ArraySlice<Int> {
        ids.shuffled().prefix((ids.count * max(0, min(100, percent)) + 99) / 100)
    }

    /// Compares what was audited, and lets the memory take in what this run has shown.
    mutating func concludeVerdicts() throws(FleetError) -> CacheUse? {
        guard var use = cached?.use else { return nil }
        var source = RecordSource(layout: layout, index: index, positions: positions)
        use.audited = 0
        var differing: [CacheDifference] = []
        for audit in cached?.audits ?? [] {
            guard let (line, _) = try source.line(audit.id), let head = RecordHead(line: line) else { continue }
            use.audited += 1
            if let message = audit.difference(head) { differing.append(CacheDifference(file: audit.file, message: message)) }
        }
        var excluded = 0
        memory?.conclude(isDistrusted: !differing.isEmpty) { id in
            guard let (line, _) = try? source.line(id), let head = RecordHead(line: line), head.outcome == .pass, head.attempt == 1 else { return false }
            if RecordLine.mayBeExcluded(line) {
                excluded += 1
                return false
            }
            return !RecordLine.mayBeFlaky(line) && !RecordLine.mayBeCached(line, head)
        }
        if excluded > 0 { use.excluded = excluded }
        if !differing.isEmpty { use.differing = Array(differing.prefix(CacheUse.differencesKept)) }
        return use
    }
}

extension CachedFiles.Audit {
    /// What the file has shown now is another thing, in words; nil where it is the same.
    func difference(_ head: RecordHead) -> String? {
        if head.outcome == .pass, head.tests == known.tests, head.skipped == known.skipped { return nil }
        return "passed with \(Human.count(known.tests, "test")) and \(known.skipped) skipped in run \(known.run), and "
            + (head.outcome == .pass ? "with \(Human.count(head.tests, "test")) and \(head.skipped) skipped now" : "\(head.outcome.word) now")
    }
}

extension RecordIndex {
    /// Takes in the records of files that are not run, and announces those that are not.
    mutating func add(_ known: KnownRecords, announced: Set<Int>, _ tally: inout Tally, _ ledger: inout Ledger, _ events: inout EventLog) throws(FleetError) {
        var lines: [UInt8] = []
        for entry in known.entries where add(entry.head.id, .feed(slot: Self.known, offset: entry.offset, length: entry.line.count + 1)) {
            tally += entry.head.tally
            ledger.add(entry.head.id, entry.head.outcome, isFlaky: false, at: entry.head.finishedAt)
            if !announced.contains(entry.head.id) { lines += EventLine.finished(Array(entry.line), at: entry.head.finishedAt) }
        }
        if !lines.isEmpty { try events.append(lines) }
    }
}
