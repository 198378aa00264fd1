import Fleet

/// Judges the records of a run, one after another, by what was known when it started.
struct Judge {
    private let list: KnownFailures
    private let day: String
    private let stopsAtFailure: Bool
    private let pins: PinTable
    /// Entries by file.
    private var entries: [String: [Int]] = [:]
    /// The first entry of each failure.
    private var places: [KnownFailureKey: Int] = [:]
    private var states: [State]
    private var pinStates: [PinState]
    private var judgement = Judgement(exitCode: .incomplete)
    /// Files, by outcome, all of whose failures are known.
    private var excused: [Outcome: Int] = [:]

    /// What the run says of an entry so far; in a soak run the rounds say it together.
    private enum State: Int { case unknown, holds, fails }
    private enum PinState { case unknown, ran, keptOut }

    /// - Parameters:
    ///   - day: on which the run was made, `2026-12-31`.
    ///   - stopsAtFailure: whether files of its dialect end at their first failure.
    init(_ list: KnownFailures, day: String, stopsAtFailure: Bool) {
        self.list = list
        self.day = day
        self.stopsAtFailure = stopsAtFailure
        pins = PinTable(list.keptOut)
        states = Array(repeating: .unknown, count: list.failures.count)
        pinStates = Array(repeating: .unknown, count: list.keptOut.count)
        for (index, entry) in list.failures.enumerated() {
            entries[entry.file, default: []].append(index)
            if places[KnownFailureKey(entry)] == nil { places[KnownFailureKey(entry)] = index }
        }
    }

    /// A file that passed, and is not flaky.
    mutating func add(passed file: String) {
        for index in entries[file] ?? [] { note(index, .holds) }
        notePins(of: file)
    }

    mutating func add(_ record: FileRecord) {
        switch record.outcome {
        case .pass where record.flaky != true: add(passed: record.file)
        case .pass: addFlaky(record)
        case .fail: addFailed(record)
        case .timeout, .crashed, .outOfMemory, .unreadable: addEnded(record)
        case .blocked, .unsupported, .skipped: addKeptOut(record)
        case .untested: break
        }
    }

    /// - Parameters:
    ///   - outcomes: of all records of the run.
    ///   - total: every file of its manifest.
    func end(outcomes: [Outcome: Int], total: Int, obstacle: RunObstacle?) -> Judgement {
        var result = judgement
        result.fixed = list.failures.indices.filter { states[$0] == .holds }.map { list.failures[$0] }
        result.notReached = states.count { $0 == .unknown }
        result.unpinned = list.keptOut.indices.filter { pinStates[$0] == .ran }.map { list.keptOut[$0] }
        var counted = outcomes
        for (outcome, count) in excused {
            counted[outcome, default: 0] -= count
            counted[.pass, default: 0] += count
        }
        let code = ExitCode.of(outcomes: counted, total: total, obstacle: obstacle)
        result.exitCode = result.isRed ? .testsFailed : code == .passed && result.hiddenUntested > 0 ? .incomplete : code
        return result
    }

    // MARK: records

    private mutating func note(_ index: Int, _ state: State) {
        if state.rawValue > states[index].rawValue { states[index] = state }
    }

    /// What differs on the same sources is neither known nor mended.
    private mutating func addFlaky(_ record: FileRecord) {
        notePins(of: record.file)
        let flaky = record.flakyRecords ?? []
        for index in entries[record.file] ?? [] {
            guard let identity = list.failures[index].record, !flaky.isEmpty else { continue }
            if !flaky.contains(where: { $0.identity == identity || $0.identity == nil }) { note(index, .holds) }
        }
    }

    private mutating func addFailed(_ record: FileRecord) {
        notePins(of: record.file)
        let own = entries[record.file] ?? []
        // It did not end as these say.
        for index in own where list.failures[index].outcome != .fail { note(index, .holds) }
        let (roots, followers) = FailingRecord.list(record)
        var isExcused = true, matched: Set<Int> = []
        if roots.isEmpty {
            isExcused = take(finding(record), places[KnownFailureKey(file: record.file, outcome: .fail)], &matched)
        }
        for root in roots {
            let entry = places[KnownFailureKey(file: record.file, outcome: .fail, record: root.identity)]
            if !take(finding(record, root), entry, &matched) { isExcused = false }
        }
        if let unnamed = unnamed(record, roots.count + followers.count, followers.count) {
            var rest = finding(record)
            rest.unnamed = unnamed
            judgement.new.append(rest)
            isExcused = false
        }
        let known = record.knownUntil(stopsAtFailure: stopsAtFailure)
        let failing = Set(followers.map(\.identity))
        for index in own where known == nil && !matched.contains(index) && list.failures[index].outcome == .fail {
            if let identity = list.failures[index].record, failing.contains(identity) { continue }
            note(index, .holds)
        }
        guard isExcused else { return }
        excused[record.outcome, default: 0] += 1
        if known != nil { judgement.hiddenUntested += 1 }
    }

    /// Failures beyond those that the record names, consequences left out.
    private func unnamed(_ record: FileRecord, _ named: Int, _ followers: Int) -> Int? {
        guard !record.failures.isEmpty else { return nil }
        // A record may fail at several of its lines, and more than once in a loop.
        let listed = record.failures.count < FileRecord.failuresKept ? record.failures.count : named
        let left = record.errors - listed - max(0, (record.consequences ?? followers) - followers)
        return left > 0 ? left : nil
    }

    /// - Returns: whether the failure is known.
    private mutating func take(_ finding: Judgement.Finding, _ entry: Int?, _ matched: inout Set<Int>) -> Bool {
        var finding = finding
        guard let entry else {
            judgement.new.append(finding)
            return false
        }
        let known = list.failures[entry]
        matched.insert(entry)
        note(entry, .fails)
        finding.entry = known
        if let kind = known.kind, let found = finding.kind, kind != found {
            judgement.new.append(finding)
            return false
        }
        if known.isExpired(on: day) {
            judgement.expired.append(finding)
            return false
        }
        judgement.known.append(finding)
        return true
    }

    private mutating func addEnded(_ record: FileRecord) {
        notePins(of: record.file)
        let own = entries[record.file] ?? []
        var matched: Set<Int> = []
        let entry = places[KnownFailureKey(file: record.file, outcome: record.outcome)]
        if take(finding(record), entry, &matched) { excused[record.outcome, default: 0] += 1 }
        for index in own where list.failures[index].record == nil && !matched.contains(index) { note(index, .holds) }
    }

    private mutating func addKeptOut(_ record: FileRecord) {
        guard let file = KeptOutFile(record) else { return }
        let found = pins.matching(record.file).filter { list.keptOut[$0].outcome == file.outcome }
        for index in found { pinStates[index] = .keptOut }
        if found.isEmpty, list.pinned.contains(file.outcome) { judgement.unexpectedSkips.append(file) }
    }

    private mutating func notePins(of file: String) {
        guard !pins.isEmpty else { return }
        for index in pins.matching(file) where pinStates[index] == .unknown { pinStates[index] = .ran }
    }

    // MARK: findings

    private func finding(_ record: FileRecord) -> Judgement.Finding {
        Judgement.Finding(file: record.file, line: record.outcome == .fail ? nil : record.stoppedAt, outcome: record.outcome, message: record.message ?? "", sql: "")
    }

    private func finding(_ record: FileRecord, _ root: FailingRecord) -> Judgement.Finding {
        Judgement.Finding(file: record.file, line: root.line, script: root.first.script, outcome: record.outcome, record: root.identity, kind: root.kind, message: root.first.message, sql: root.first.sql,
                          followers: root.followers > 0 ? root.followers : nil)
    }
}
