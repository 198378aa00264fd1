import AgentProtocol
@testable import Fleet
import FoundationEssentials
@testable import RemoteKit
@testable import Reports
import TestSupport
import TreeSync

/// Values of everything that `docs/formats.md` describes, each with every key that it can have. Whoever adds a format adds a line to ``all``.
enum FormatSamples {
    /// A heading of the page, and values that together have all of its keys.
    static func all() throws -> [(heading: String, values: [any Encodable])] {
        [
            ("spec.json", [spec]), ("resumed.json", [RunRevision(workers: 2, timeBudget: 1.5, sources: [source])]), ("summary.json", [summary]),
            ("rows", [rows]), ("events", [RunEvent(kind: .fileFinished, time: 1, record: record, worker: 0, pid: 1, message: "m", end: .drained)]),
            ("samples", [FleetSample(host: Samples.host(), queued: 1, done: 2, workers: [.init(slot: 0, isRunning: true, cpu: 0.5, rss: 1)])]), ("iterations.jsonl", [iteration]),
            ("record", [record]), ("failure", [failure]), ("identity", [identity]), ("flaky record", [FlakyRecord(line: 1, failed: 1, runs: 2, identity: identity)]),
            ("source", [source]), ("engine", [engine]), ("use", [FleetUse()]), ("memory", [MemoryLimit(bytes: 1, by: .cgroup)]), ("cache", [cache]), ("host sample", [Samples.host()]), ("status", [status]),
            ("note", [RunNote(id: "r", project: "p", startedBy: "u@h", isLive: true)]), ("past", [FailurePast(runs: 2, failed: 1, firstCommit: "c", firstAt: 1.5)]),
            ("file that was not run", [KeptOutFile(path: "p", reason: "r")]), ("sync counts", [SyncReport.Counts()]), ("sync problem", [problem]),
            ("known-failures.json", [KnownFailures()]), ("known failure", [known]), ("pinned files", [PinnedFiles(files: "f", outcome: .blocked, reason: "r")]),
            ("judgement", [judgement]), ("finding", judgement.known), ("change", [change]), ("compare", [try pair()]), ("flaky --settle", [settled]), ("bisect", [bisect]), ("revision", [trial]), ("status --json", [host]),
            ("doctor", [DoctorReport(hostName: "h", leftovers: [Leftover(pid: 1, startTime: 2, run: "r", command: "c", rss: 3)], ended: 0, interrupted: ["r"], memory: .cgroup)]),
            ("sync --explain", [SyncExplanation(path: TreePath("a"), verdict: .excluded, rule: SyncExplanation.Rule(place: "p", pattern: "q", matched: "m"))]),
            ("report --format json", [try report()]), ("badge", [Badge(try HostileRun().report())]),
        ] + past
    }

    /// Headings whose values only the programs make: a test runs them.
    static let printed: Set<String> = ["run, attach", "fetch", "sync", "known-failures update", "flaky", "clean", "slow", "untested",
                                      "history rebuild, history import"]

    static var trial: BisectTrial {
        BisectTrial(commit: "c", verdict: .bad, reason: "r", runs: 3, failed: 3, failures: [BisectTrial.Failure(record: record, rows: [rows])])
    }

    static var bisect: BisectOutcome {
        let commit = GitRevisions.Description(commit: "c", author: "a", date: "d", subject: "s")
        return BisectOutcome(firstBad: commit, left: [commit], lastGood: commit, after: trial, before: trial, trials: [trial], mended: ["c"], commits: 3, rounds: 1)
    }

    static let identity = RecordIdentity(digest: "0123456789abcdef", occurrence: 1)

    static var source: SourceState {
        var source = SourceState(treeDigest: "t", commit: "c", branch: "b", dirty: true)
        source.partialSync = true
        return source
    }

    static var failure: RecordFailure {
        var failure = RecordFailure(line: 1, message: "m", sql: "s", expected: "e", actual: "a")
        failure.kind = .wrongRows
        failure.recordLine = 1
        failure.identity = identity
        failure.causedBy = 1
        failure.ulps = 1
        failure.script = "s"
        failure.isHashed = true
        return failure
    }

    static var cache: CacheUse {
        var cache = CacheUse(taken: 1, audited: 1, reason: "r")
        cache.excluded = 1
        cache.differing = [CacheDifference(file: "f", message: "m")]
        return cache
    }

    static var record: FileRecord {
        var record = FileRecord(id: 0, file: "f", outcome: .fail, duration: 0.5, cpu: 0.5, worker: 0, finishedAt: 1, message: "m", failures: [failure], output: "o")
        record.iteration = 1
        record.flaky = true
        record.runs = RunCounts(passed: 1, failed: 1)
        record.flakyRecords = [FlakyRecord(line: 1, failed: 1, runs: 2, identity: identity)]
        record.stoppedAt = 1
        record.consequences = 1
        (record.cachedFrom, record.notCached) = ("r", "n")
        record.database = KeptDatabase(open: "c", note: "n")
        record.host = "h"
        record.parts = FileParts(count: 8, workers: 2, seconds: 1)
        return record
    }

    static var rows: FailureRows {
        var rows = FailureRows(recordLine: 1, columns: 1, isValues: false, expected: ["1"], actual: ["2"])
        rows.identity = identity
        rows.script = "s"
        rows.skipped = 1
        rows.expectedCount = 1
        rows.actualCount = 1
        rows.provenBy = "sqlite"
        rows.unknown = "u"
        rows.kind = .rowOrder
        rows.ulps = 1
        return rows
    }

    static var engine: EngineIdentity {
        var engine = EngineIdentity(name: "sqlite")
        engine.version = "3"
        engine.digest = "d"
        engine.libraries = [.init(path: "p", digest: "d")]
        engine.worker = "w"
        engine.host = "h"
        engine.kernel = "k"
        engine.environment = "e"
        return engine
    }

    static var spec: RunSpec {
        var engine = EngineSpec(kind: .sqlite, command: ["c"], environment: ["A": "b"], directory: .private)
        engine.variables = ["A"]
        engine.dialect = "sqlite"
        engine.library = "l"
        engine.reference = "r"
        engine.connection = "c"
        engine.queryProtocol = "simple"
        engine.labels = ["l"]
        engine.system = false
        engine.persistent = true
        (engine.hermetic, engine.cacheInputs) = (true, ["i"])
        engine.deterministic = true
        engine.isCommandHidden = true
        var spec = RunSpec(id: "20261121-013000-k3f9", workspace: "/w", workers: 1, timeBudget: 1, fileTimeout: 1, memoryLimit: 1, lease: 1, grace: 1, engine: engine,
                           blocked: [BlockedFile(path: "p", reason: "r")], source: source, startedBy: "u@h")
        spec.retries = 1
        spec.memoryFloor = 1
        (spec.recordTimeout, spec.coreBudget) = (1, 1)
        spec.cached = CacheRule(auditPercent: 2)
        spec.fileTimeouts = [FileTimeout(files: "f", seconds: 1)]
        spec.selection = Selection(order: .history, shard: Shard(number: 1, count: 2), failedOnly: true, filters: ["f"])
        spec.selection?.sample = Selection.Sample(keep: ["f"], others: 1, seed: 1)
        (spec.retriesTotal, spec.flaky, spec.rounds) = (1, .warn, 1)
        spec.keepsDatabases = true
        spec.split = .auto
        spec.slurm = SlurmSpec(arguments: ["a"], cores: 1)
        spec.project = "p"
        spec.context = RunContext(commandLine: ["run"], configuration: "c", client: "0.1.0", isWholeSuite: true)
        spec.context?.sharedRun = "r"
        spec.context?.hosts = ["h"]
        return spec
    }

    static var summary: RunSummary {
        var summary = RunSummary(id: "20261121-013000-k3f9", workspace: "/w", end: .failed, error: "e", obstacle: .engine, startedAt: 1, finishedAt: 2, wall: 1, total: 1, outcomes: [.pass: 1],
                   tests: 1, skippedRecords: 0, errors: 0, workers: 1, restarts: 0, lateResults: 0, utilisation: 0.5, use: FleetUse(), memory: MemoryLimit(bytes: 1, by: .cgroup),
                   iterations: 1, flaky: 1)
        (summary.retries, summary.retriesRefused, summary.givenBack) = (1, 1, 1)
        summary.cache = cache
        return summary
    }

    static var iteration: IterationSummary {
        var iteration = IterationSummary(iteration: 1, files: 1)
        iteration.add(.pass, at: 1)
        return iteration
    }

    private static var cluster: ClusterStatus {
        var node = NodeStatus(element: 1, restarts: 1, host: "h", state: .running, firstWorker: 1, workers: 1)
        node.error = "e"
        var cluster = ClusterStatus(jobs: ["1"], waiting: 1, reasons: ["r"], askedAt: 1)
        cluster.silence = "s"
        cluster.nodes = [node]
        return cluster
    }

    static var status: RunStatus {
        var worker = WorkerStatus(slot: 0, pid: 1, state: .running, file: "f")
        worker.stalled = 1
        var status = RunStatus(id: "20261121-013000-k3f9", phase: .running, workspace: "/w", createdAt: 1, startedAt: 1, finishedAt: 1, timeBudget: 1, timeLeft: 1, total: 1, queued: 0,
                               running: 1, outcomes: [.pass: 1], workersWanted: 1, workers: [worker], utilisation: 0.5, lateResults: 0, end: .drained, error: "e")
        status.iteration = 1
        status.flaky = 1
        (status.flakyRule, status.retries, status.retriesRefused, status.givenBack) = (.warn, 1, 1, 1)
        status.paused = .asked
        status.share = WorkerShare(workers: 1, runs: 2, cores: 2)
        status.use = FleetUse()
        status.memory = MemoryLimit(bytes: 1, by: .cgroup)
        status.cache = cache
        status.partialSync = true
        status.unmatched = ["u"]
        status.project = "p"
        status.startedBy = "u@h"
        status.source = source
        status.resumedOn = [source]
        status.obstacle = .disk
        status.cluster = cluster
        return status
    }

    static var host: HostReport {
        var report = HostReport(hostName: "h", run: status, mode: .drain, sample: Samples.host())
        report.elsewhere = [RunNote(id: "r", project: "p", startedBy: "u@h", isLive: true)]
        report.waiting = [WaitingRun(id: "r", startedBy: "u@h", since: 1, isDetached: true, failure: "f")]
        report.failing = [record]
        return report
    }

    static let known = KnownFailure(file: "f", record: identity, kind: .wrongRows, reason: "r", issue: "i", expires: "2026-12-31")

    static var judgement: Judgement {
        var judgement = Judgement(exitCode: .passed)
        judgement.known = [Judgement.Finding(file: "f", line: 1, outcome: .fail, record: identity, kind: .wrongRows, message: "m", sql: "s", entry: known, followers: 1, unnamed: 1)]
        judgement.known[0].script = "i"
        return judgement
    }

    static var change: RunComparison.Change {
        var change = RunComparison.Change(file: "f", line: 1, identity: identity, before: .pass, after: .fail, kind: .wrongRows, message: "m", sql: "s")
        change.further = 1
        change.script = "i"
        change.followers = 1
        return change
    }

    static var settled: SettleJob.Settled {
        var result = SettleJob.Settled(file: "f", counts: [SettleCount(.alone, failed: 1, runs: 2, names: ["r"])])
        (result.verdict.condition, result.verdict.furtherRuns) = (.several, 1)
        return result
    }

    static func pair() throws -> RunPair {
        let run = try HostileRun(), folder = try RunFolder(path: run.path)
        var pair = try RunPair(folder, folder, in: RunCatalog(root: run.folder.file("results")))
        pair.cautions = [.host]
        pair.comparison.newlyFailing = [change]
        pair.comparison.slower = [.init(file: "f", before: 1, after: 3.5)]
        pair.comparison.cpuRatio = 1.5
        return pair
    }

    static let problem = SyncProblem(kind: .vanished, path: TreePath("a"), reason: "gone")

    static func report() throws -> ReportDocument {
        var run = ReportDocument(try HostileRun().report(pasts: [HostileRun.names[0]: FailurePast(runs: 2, failed: 1, firstCommit: "c", firstAt: 1.5)]), now: Samples.start)
        run.caveat = "c"
        run.known = judgement
        run.cache = cache
        run.run.error = "e"
        run.run.end = .failed
        return run
    }
}
