import Fleet
import Platform
import RemoteKit

extension PageModel {
    /// The run in a line.
    static func origin(_ run: ReportedRun, start: Double) -> [Fact] {
        let source = run.spec.source
        let facts: [Fact?] = [
            engine(run).map { Fact(name: "engine", value: $0) },
            source?.commit.map { Fact(name: "commit", value: SafeText.line(String($0.prefix(10)), limit: 10) + (source?.dirty.map { $0 ? " and changes" : "" } ?? ", perhaps with changes")) },
            source?.branch.map { Fact(name: "branch", value: SafeText.line($0, limit: 100)) },
            start > 0 ? Fact(name: "started", value: PageTime.text(start)) : nil,
        ]
        return facts.compactMap(\.self)
    }

    private static func engine(_ run: ReportedRun) -> String? {
        guard let engine = run.details.folder.engine else {
            return run.spec.engine.kind == .sqlite && run.spec.engine.library == nil ? "sqlite" : run.spec.engine.kind.rawValue
        }
        return SafeText.line(engine.name + (engine.version.map { " \($0)" } ?? ""), limit: 200)
    }

    /// The numbers below the verdict.
    static func figures(_ run: ReportedRun, elapsed: Double) -> [Fact] {
        let status = run.status
        var facts = [Fact(name: "Pass rate", value: Human.percent(status.passed, of: status.total),
                          note: "\(Human.count(status.passed)) of \(status.total == 1 ? "" : "all ")\(Human.count(status.total, "file")) found")]
        let rate = elapsed >= 1 ? "\(Human.rate(Double(status.tests) / elapsed)), " : ""
        facts.append(Fact(name: "Tests run", value: Human.count(status.tests), note: rate + "\(Human.count(status.skippedRecords)) skipped"))
        let busy = status.use.flatMap { use in elapsed >= RunReport.shortest ? use.share : nil }
        facts.append(Fact(name: "Time", value: PageTime.span(elapsed), note: run.details.folder.summary == nil ? "so far" : nil))
        facts.append(Fact(name: "Workers", value: Human.count(status.workersWanted), note: busy.map { "busy \(Human.percent($0)) of the time" }
            ?? "\(Human.count(status.restarts)) replaced"))
        if let use = status.utilisation, elapsed >= RunReport.shortest { facts.append(Fact(name: "CPU", value: Human.percent(use), note: "of the host's cores")) }
        if let flaky = status.flaky, flaky > 0 { facts.append(Fact(name: "Flaky", value: Human.count(flaky), note: "passed and failed on the same sources")) }
        if !run.cached.isEmpty {
            facts.append(Fact(name: "From the cache", value: Human.count(run.cached.count), note: "passed in earlier runs with the same inputs, not run in this one"))
        }
        if !run.known.isEmpty { facts.append(Fact(name: "Known to fail", value: Human.count(run.known.count), note: "not counted as passed")) }
        let records = run.all.reduce(0) { $0 &+ $1.own }
        let consequences = run.all.reduce(0) { $0 &+ $1.consequences }
        if records > 0 {
            facts.append(Fact(name: "Failed records", value: Human.count(records), note: consequences > 0 ? "and \(Human.count(consequences, "consequence"))" : nil))
        }
        return facts
    }

    /// All that is known of where the figures come from.
    static func identity(_ run: ReportedRun, start: Double, end: Double) -> [Fact] {
        let spec = run.spec, folder = run.details.folder, engine = folder.engine, source = spec.source
        let facts: [(String, String?)] = [
            ("Run", spec.id), ("Project", spec.project), ("Host", run.host), ("Machine", engine?.host), ("Kernel", engine?.kernel),
            ("Engine", Self.engine(run)), ("Engine's digest", engine?.digest), ("Dialect", spec.engine.dialect),
            ("Libraries", engine?.libraries.map { $0.prefix(20).map { "\($0.path)\($0.digest.map { " \($0.prefix(12))" } ?? "")" }.joined(separator: ", ") }),
            ("Commit", source?.commit), ("Branch", source?.branch),
            ("Changes", source?.dirty.map { $0 ? "yes, beyond the commit" : "none, the sources are those of the commit" } ?? source?.commit.map { _ in "not known" }), ("Tree", source?.treeDigest),
            ("Workspace", spec.workspace), ("Seed", String(spec.seed)), ("Mode", spec.mode == .soak ? "soak: the files over and over" : "each file once"),
            ("Suite", folder.isWholeSuite ? "whole" : "a part of it was named or filtered"),
            ("Limits", "\(Human.duration(spec.fileTimeout)) a file, \(Human.duration(spec.timeBudget)) in all"),
            ("Started", start > 0 ? PageTime.text(start) : nil), ("Ended", folder.summary == nil ? "not yet when it was fetched" : PageTime.text(end)),
            ("Started by", spec.startedBy), ("slt-remote", spec.context?.client), ("Worker's digest", engine?.worker),
        ]
        return facts.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : Fact(name: name, value: SafeText.line($0, limit: 1000)) } }
    }

    /// Failed files by what they share.
    struct GroupTable {
        let title: String
        let rows: [Row]
        let more: String?

        struct Row {
            let number: Int
            let name: String
            let count: String
            let share: String
        }
    }

    static func groupTables(_ groups: FailureGroups) -> [GroupTable] {
        [("folder", "By folder"), ("kind", "By kind"), ("message", "By message")].compactMap { way, title in
            let ranked = groups.ranked(way)
            guard let most = ranked.first?.group.files else { return nil }
            let rows = ranked.prefix(FailureGroups.mostShown).map { entry in
                GroupTable.Row(number: entry.number, name: entry.group.name, count: Human.count(entry.group.files),
                               share: Human.fixed(Double(entry.group.files) / Double(most) * 100, 1))
            }
            return GroupTable(title: title, rows: rows, more: more(ranked.count - rows.count, way == "message" ? "message" : way))
        }
    }
}
