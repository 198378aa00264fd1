import Platform
public import RemoteKit

/// What `flaky` prints.
public struct FlakyReport: Sendable {
    let history: FlakyHistory
    let project: String
    let commands: CommandWords
    /// Seconds since 1970.
    let now: Double
    /// Records that are shown.
    let limit: Int

    public init(_ history: FlakyHistory, project: String, commands: CommandWords, now: Double, limit: Int = .max) {
        self.history = history
        self.project = project
        self.commands = commands
        self.now = now
        self.limit = limit
    }

    /// A record takes a few lines; with nothing to list it says what to do.
    public func screen(_ style: Style) -> ScreenText { ScreenText(text(style), style) }

    public func text(_ style: Style) -> String {
        let flaky = history.findings.filter(\.hosts.isEmpty), differing = history.findings.filter { !$0.hosts.isEmpty }
        guard !history.findings.isEmpty else { return empty }
        var lines = [style.paint("\(Human.count(flaky.count, "flaky record")) in \(scope)", flaky.isEmpty ? nil : .yellow)]
        for finding in flaky.prefix(limit) { lines += ["", style.paint(Self.place(finding), .bold)] + record(finding) }
        if flaky.count > limit { lines += ["", "… and \(Human.count(flaky.count - limit)) more; those of one file: \(commands.text("flaky")) FILE; all of them: \(commands.text("flaky", "--json"))"] }
        if !differing.isEmpty { lines += ["", "always the same on one host, and different from host to host:"] }
        for finding in differing { lines += ["", style.paint(Self.place(finding), .bold)] + sql(finding) + hosts(finding) }
        return (lines + [""] + remarks + next(flaky)).joined(separator: "\n") + "\n"
    }

    private var scope: String { "\(Human.count(history.runs, "run")) of \(SafeText.line(project, limit: 100)) on this machine" }

    private var empty: String {
        guard history.runs > 0 else {
            return "there are no runs of \(SafeText.line(project, limit: 100)) on this machine yet; start one with: \(commands.text("run"))\n"
        }
        let soak = commands.text("run", "--mode", "soak", "--time", "10m"), settle = commands.text("flaky", "--settle") + " FILE"
        let lines = ["no flaky records in \(scope)"] + remarks
            + ["look for some with a run that repeats the suite: \(soak)", "or test one file under several conditions:          \(settle)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func place(_ finding: FlakyFinding) -> String {
        SafeText.line(finding.file, limit: 300) + (finding.line.map { ":\($0)" } ?? "")
    }

    private func record(_ finding: FlakyFinding) -> [String] {
        var lines = sql(finding)
        let rate = "  failed \(Human.count(finding.failed)) of \(Human.count(finding.runs, "run")): \(Human.percent(Double(finding.failed) / Double(max(1, finding.runs)))), "
            + "with 95 % certainty \(Self.range(finding.interval))"
        lines.append(rate + (finding.furtherRuns > 0 ? "; \(Human.count(finding.furtherRuns, "more run")) would make that ±5 points" : ""))
        lines.append("  shown by \(finding.proofs.map(Self.words).joined(separator: " and ")), since run \(finding.since)\(age(finding.sinceAt))")
        if finding.last != finding.since { lines.append("  last failed in run \(finding.last)\(age(finding.lastAt))" + passedSince(finding)) }
        else if finding.passedSince > 0 { lines.append("  " + passedSince(finding).drop { $0 == ";" || $0 == " " }) }
        return lines
    }

    private func passedSince(_ finding: FlakyFinding) -> String {
        finding.passedSince > 0 ? "; its file passed \(Human.count(finding.passedSince, "time")) since" : ""
    }

    private func age(_ time: Double) -> String { time > 0 && now >= time ? " (\(Human.duration(now - time)) ago)" : "" }

    private func sql(_ finding: FlakyFinding) -> [String] {
        let sql = SafeText.lines(finding.sql, limit: 2, width: 160).map { "      " + $0 }
        return sql + (finding.message.isEmpty ? [] : ["  " + SafeText.line(finding.message, limit: 200)])
    }

    private func hosts(_ finding: FlakyFinding) -> [String] {
        finding.hosts.map { "  on \(SafeText.line($0.host, limit: 100)): failed \(Human.count($0.failed)) of \(Human.count($0.runs, "run"))" }
    }

    static func words(_ proof: FlakyProof) -> String {
        switch proof {
        case .runs: "runs under equal conditions"
        case .rounds: "rounds of a soak run"
        case .retries: "retries of the file"
        case .record: "tries within the script"
        }
    }

    /// `8 to 53 %`
    static func range(_ interval: WilsonInterval) -> String {
        "\(Human.fixed(interval.low * 100, 0)) to \(Human.fixed(interval.high * 100, 0)) %"
    }

    private var remarks: [String] {
        guard history.incomparable > 0 else { return [] }
        let what = history.unknown.prefix(4).joined(separator: ", ") + (history.unknown.count > 4 ? ", …" : "")
        return ["note: \(Human.count(history.incomparable, "run")) cannot be compared with others, and only what each shows by itself is here; not known: \(what)"]
    }

    private func next(_ flaky: [FlakyFinding]) -> [String] {
        guard let first = flaky.first else { return [] }
        return ["find out under which condition one fails: \(commands.text("flaky", "--settle", first.file))"]
    }
}
