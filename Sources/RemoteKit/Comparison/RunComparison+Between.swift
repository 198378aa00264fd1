import Fleet
import Platform

extension RunComparison {
    /// What is different between two runs.
    /// - Parameter pastCPU: CPU seconds of each file in runs before the earlier one, on the same host; `nil` compares no times.
    static func between(_ earlier: ComparedRun, _ later: ComparedRun, pastCPU: [String: [Double]]? = [:]) -> RunComparison {
        var found = RunComparison()
        for file in Set(earlier.files.keys).union(later.files.keys).sorted() {
            switch (earlier.files[file], later.files[file]) {
            case (let before?, let after?):
                FileComparison(file: file, before: before, after: after, earlier: earlier, later: later).add(to: &found)
            case (nil, let after?):
                if earlier.isWhole { found.new.append(file) }
                if after.outcome.isFailure { found.failingUnseen.append(.whole(file, nil, after, of: after)) }
            case (_?, nil): if later.isWhole { found.disappeared.append(file) }
            case (nil, nil): break
            }
        }
        if let pastCPU { found.compareTimes(earlier, later, pastCPU) }
        return found
    }

    // MARK: CPU time

    /// So many files tell how fast one machine was beside the other.
    private static let enoughFiles = 20
    /// CPU seconds below which a file's time is mostly that of the clock's ticks.
    private static let leastTold = 0.02
    /// A machine is not that much slower for being busy; what is slower is the engine.
    private static let mostNoise = 0.5...2.0

    private mutating func compareTimes(_ earlier: ComparedRun, _ later: ComparedRun, _ past: [String: [Double]]) {
        var ratios: [Double] = [], pairs: [(file: String, noise: Noise, after: Double)] = []
        for (file, before) in earlier.files {
            guard let after = later.files[file], before.outcome == .pass, after.outcome == .pass, let then = before.cpu, let now = after.cpu else { continue }
            // A file that has grown does more.
            let growth = max(1, Double(after.tests) / Double(max(1, before.tests)))
            if growth == 1, then >= Self.leastTold, now > 0 { ratios.append(now / then) }
            if let noise = Noise((past[file] ?? []) + [then]) { pairs.append((file, noise, now / growth)) }
        }
        let ratio = ratios.count >= Self.enoughFiles ? Median.of(ratios) : nil
        cpuRatio = ratio
        let machine = ratio.map { min(max($0, Self.mostNoise.lowerBound), Self.mostNoise.upperBound) } ?? 1
        slower = pairs.filter { $0.noise.isExceeded(by: $0.after / machine) }.map { Slowdown(file: $0.file, before: $0.noise.median, after: later.files[$0.file]?.cpu ?? $0.after) }
            .sorted { ($0.after / max($0.before, 0.001), $1.file) > ($1.after / max($1.before, 0.001), $0.file) }
    }
}

extension RunComparison.Change {
    /// A change of a file as a whole.
    static func whole(_ file: String, _ before: ComparedRun.File?, _ after: ComparedRun.File?, of told: ComparedRun.File) -> Self {
        guard let record = told.record else { return Self(file: file, before: before?.outcome, after: after?.outcome) }
        let roots = record.outcome == .fail ? FailingRecord.list(record).roots : []
        guard let first = roots.first else {
            var change = Self(file: file, line: record.stoppedAt, before: before?.outcome, after: after?.outcome, message: record.message ?? "")
            change.sql = record.failures.first?.sql ?? ""
            return change
        }
        var change = Self(file, first, before, after)
        if roots.count > 1 { change.further = roots.count - 1 }
        return change
    }

    /// A change of one record.
    init(_ file: String, _ record: FailingRecord, _ before: ComparedRun.File?, _ after: ComparedRun.File?) {
        self.init(file: file, line: record.line, identity: record.first.identity, before: before?.outcome, after: after?.outcome, kind: record.first.kind,
                  message: record.first.message, sql: record.first.sql)
        script = record.first.script
        if record.followers > 0 { followers = record.followers }
    }
}
