import Fleet

/// One file's verdicts over all runs.
struct FlakyFile {
    let name: String
    let history: FlakySearch.FileHistory
    let runs: [FlakySearch.Run]
    /// As ``groups(_:)`` numbers them.
    let groupOfRun: [Int]

    /// Verdicts under one set of conditions.
    private struct Group {
        var failed = 0, held = 0
        var proofs: Set<FlakyProof> = []
        /// By number.
        var firstFailed: Int?
        var lastFailed: Int?
        var last = -1
        var runs: Set<Int> = []
        let conditions: RunConditions

        init(_ conditions: RunConditions) { self.conditions = conditions }

        var isProof: Bool { failed > 0 && held > 0 }

        mutating func add(_ failed: Int, _ held: Int, of run: Int) {
            self.failed += failed
            self.held += held
            last = max(last, run)
            runs.insert(run)
            guard failed > 0 else { return }
            firstFailed = min(firstFailed ?? run, run)
            lastFailed = max(lastFailed ?? run, run)
        }
    }

    /// Runs with known and equal conditions have one number; any other run has its own.
    static func groups(_ runs: [FlakySearch.Run]) -> [Int] {
        var known: [RunConditions: Int] = [:]
        return runs.enumerated().map { number, run in
            guard run.conditions.areKnown else { return number }
            if let group = known[run.conditions] { return group }
            known[run.conditions] = number
            return number
        }
    }

    func findings() -> [FlakyFinding] { units.compactMap(finding) }

    private var units: Set<RecordUnit> {
        var units: Set<RecordUnit> = []
        for verdict in history.verdicts {
            for (key, failing) in verdict.failing where failing.isProof { units.insert(.record(key)) }
            for key in verdict.tried.keys { units.insert(.record(key)) }
            if verdict.isOfWholeFile { units.insert(.file) }
        }
        return units
    }

    private func finding(_ unit: RecordUnit) -> FlakyFinding? {
        let groups = groups(unit)
        let proofs = groups.filter(\.isProof)
        var finding = described(unit)
        guard let shown = Self.shown(proofs) else {
            finding.hosts = hosts(groups)
            if let last = groups.compactMap(\.lastFailed).max() { (finding.last, finding.lastAt) = (runs[last].id, runs[last].startedAt) }
            return finding.hosts.isEmpty ? nil : finding
        }
        finding.proofs = Set(proofs.flatMap(\.proofs)).sorted()
        finding.failed = shown.failed
        finding.runs = shown.failed + shown.held
        finding.interval = WilsonInterval(failed: finding.failed, runs: finding.runs)
        finding.furtherRuns = WilsonInterval.furtherRuns(failed: finding.failed, runs: finding.runs)
        if let first = proofs.compactMap(\.firstFailed).min() { (finding.since, finding.sinceAt) = (runs[first].id, runs[first].startedAt) }
        if let last = groups.compactMap(\.lastFailed).max() {
            (finding.last, finding.lastAt) = (runs[last].id, runs[last].startedAt)
            finding.passedSince = history.passes.count { $0 > last } + history.verdicts.filter { $0.run > last && $0.hasPassed }.reduce(0) { $0 + max(1, $1.passed) }
        }
        return finding
    }

    /// The rate is that of the latest sources: of the conditions under which there are most verdicts, or the latest ones.
    private static func shown(_ proofs: [Group]) -> Group? {
        guard let latest = proofs.max(by: { $0.last < $1.last }) else { return nil }
        let alike = proofs.filter { $0.conditions.sources != nil && $0.conditions.sources == latest.conditions.sources }
        return alike.max { ($0.failed + $0.held, $0.last) < ($1.failed + $1.held, $1.last) } ?? latest
    }

    private func groups(_ unit: RecordUnit) -> [Group] {
        var groups: [Int: Group] = [:]
        let lines = lines(unit)
        for verdict in history.verdicts {
            let number = groupOfRun[verdict.run]
            let (failed, held) = verdict.verdicts(unit, line: lines[number])
            guard failed > 0 || held > 0 else { continue }
            groups[number, default: Group(runs[verdict.run].conditions)].add(failed, held, of: verdict.run)
            if failed > 0, held > 0 { groups[number]?.proofs.insert(proof(verdict)) }
        }
        for pass in history.passes {
            let run = Int(pass)
            groups[groupOfRun[run], default: Group(runs[run].conditions)].add(0, 1, of: run)
        }
        return groups.values.map { group in
            var group = group
            // Rounds of a run that had not ended have a record each.
            if group.isProof, group.runs.count > 1 || group.proofs.isEmpty { group.proofs.insert(group.runs.count > 1 ? .runs : .rounds) }
            return group
        }
    }

    /// Where the record stands in the sources of each group.
    private func lines(_ unit: RecordUnit) -> [Int: Int] {
        guard case .record(let key) = unit else { return [:] }
        var lines: [Int: Int] = [:]
        for verdict in history.verdicts {
            if let line = verdict.failing[key]?.failure.startLine ?? verdict.tried[key]?.line { lines[groupOfRun[verdict.run]] = line }
        }
        return lines
    }

    private func proof(_ verdict: FlakyEvidence) -> FlakyProof {
        if runs[verdict.run].isSoak { return .rounds }
        return verdict.isRepeated ? .retries : .record
    }

    /// Hosts that agree with themselves and not with each other, where nothing else differs.
    private func hosts(_ groups: [Group]) -> [FlakyFinding.HostVerdict] {
        var byCommon: [[String]: [String: (failed: Int, held: Int)]] = [:]
        for group in groups where group.conditions.areKnown {
            guard let host = group.conditions.host else { continue }
            let before = byCommon[group.conditions.common]?[host] ?? (0, 0)
            byCommon[group.conditions.common, default: [:]][host] = (before.failed + group.failed, before.held + group.held)
        }
        let differing = byCommon.values.first { hosts in
            hosts.values.contains { $0.failed > 0 && $0.held == 0 } && hosts.values.contains { $0.failed == 0 && $0.held > 0 }
        }
        return (differing ?? [:]).map { FlakyFinding.HostVerdict(host: $0.key, failed: $0.value.failed, runs: $0.value.failed + $0.value.held) }.sorted { $0.host < $1.host }
    }

    private func described(_ unit: RecordUnit) -> FlakyFinding {
        guard case .record(let key) = unit else {
            return FlakyFinding(file: name, line: nil, identity: nil)
        }
        var finding = FlakyFinding(file: name, line: nil, identity: key.identity)
        for verdict in history.verdicts.reversed() {
            finding.line = finding.line ?? verdict.failing[key]?.failure.startLine ?? verdict.tried[key]?.line
            guard let failure = verdict.failing[key]?.failure else { continue }
            (finding.sql, finding.message, finding.kind) = (failure.sql, failure.message, failure.kind)
            break
        }
        return finding
    }
}
