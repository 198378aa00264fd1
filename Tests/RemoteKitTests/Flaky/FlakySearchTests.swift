import Fleet
@testable import RemoteKit
import Testing

@Suite struct FlakySearchTests {
    // MARK: making runs

    static func spec(_ id: String = "r", tree: String? = "tree", seed: UInt64 = 0) -> RunSpec {
        var spec = RunSpec(id: id, workspace: "/w", workers: 1, timeBudget: 60, fileTimeout: 60, seed: seed, engine: EngineSpec(kind: .sqlite),
                           source: SourceState(treeDigest: tree), startedBy: "tests")
        spec.project = "p"
        spec.context = RunContext(commandLine: ["run"], configuration: "[run]\nworkers = 1\n", client: "1", isWholeSuite: true)
        return spec
    }

    static func engine(host: String? = "box") -> EngineIdentity {
        var engine = EngineIdentity(name: "sqlite")
        (engine.version, engine.digest, engine.libraries, engine.worker) = ("3.40.1", "d", [], "w")
        (engine.host, engine.kernel, engine.environment) = (host, "Linux 6.1", "e")
        return engine
    }

    static let identity = RecordIdentity(digest: "0123456789abcdef", occurrence: 1)

    static func failure(_ line: Int = 10, identity: RecordIdentity? = identity) -> RecordFailure {
        var failure = RecordFailure(line: line + 2, message: "wrong result", sql: "SELECT 1", expected: "1", actual: "2")
        (failure.recordLine, failure.identity, failure.kind) = (line, identity, .wrongRows)
        return failure
    }

    static func record(_ failures: [RecordFailure] = [], _ outcome: Outcome? = nil, file: String = "a.test") -> FileRecord {
        FileRecord(id: 0, file: file, outcome: outcome ?? (failures.isEmpty ? .pass : .fail), tests: 3, errors: failures.count, finishedAt: 0, failures: failures)
    }

    /// What is found in these runs, in their order.
    private func found(_ runs: [(RunSpec, EngineIdentity?, FileRecord)]) -> [FlakyFinding] {
        var search = FlakySearch()
        for (index, run) in runs.enumerated() {
            search.begin(FlakySearch.Run(id: run.0.id, startedAt: Double(index), conditions: RunConditions(run.0, run.1), isSoak: run.0.mode == .soak))
            search.add(run.2)
        }
        return search.findings()
    }

    private func found(_ one: FileRecord, _ other: FileRecord, _ change: (inout RunSpec, inout EngineIdentity) -> Void = { _, _ in }) -> [FlakyFinding] {
        var spec = Self.spec("r2"), engine = Self.engine()
        change(&spec, &engine)
        return found([(Self.spec("r1"), Self.engine(), one), (spec, engine, other)])
    }

    // MARK: proof

    @Test("a record that failed in one run and held in an equal one is flaky, with its rate")
    func runs() throws {
        let all = found([(Self.spec("r1"), Self.engine(), Self.record()), (Self.spec("r2"), Self.engine(), Self.record([Self.failure()])),
                         (Self.spec("r3"), Self.engine(), Self.record()), (Self.spec("r4"), Self.engine(), Self.record())])
        let finding = try #require(all.first)
        #expect(all.count == 1)
        #expect(finding.file == "a.test" && finding.line == 10 && finding.identity == Self.identity)
        #expect(finding.sql == "SELECT 1" && finding.kind == .wrongRows)
        #expect(finding.proofs == [.runs])
        #expect(finding.failed == 1 && finding.runs == 4)
        #expect(finding.interval == WilsonInterval(failed: 1, runs: 4))
        #expect(finding.furtherRuns == WilsonInterval.furtherRuns(failed: 1, runs: 4))
        #expect(finding.since == "r2" && finding.last == "r2" && finding.passedSince == 2)
    }

    @Test("equal verdicts show nothing")
    func alike() {
        #expect(found(Self.record(), Self.record()).isEmpty)
        #expect(found(Self.record([Self.failure()]), Self.record([Self.failure()])).isEmpty)
    }

    @Test("any condition that differs makes two verdicts say nothing of each other", arguments: 0..<22)
    func differing(which: Int) {
        let changes: [(inout RunSpec, inout EngineIdentity) -> Void] = [
            { spec, _ in spec.source?.treeDigest = "other" }, { spec, _ in spec.seed = 1 }, { spec, _ in spec.memoryLimit = 1 << 30 },
            { spec, _ in spec.fileTimeout = 1 }, { spec, _ in spec.fileTimeouts = [FileTimeout(files: "*", seconds: 1)] },
            { spec, _ in spec.engine.dialect = "rs" }, { spec, _ in spec.engine.labels = ["x"] }, { spec, _ in spec.engine.queryProtocol = "extended" },
            { spec, _ in spec.engine.kind = .external }, { spec, _ in spec.engine.command = ["x"] }, { spec, _ in spec.engine.variables = ["X"] },
            { spec, _ in spec.context?.configuration = "[engine]\nlabels = [\"y\"]\n" }, { spec, _ in spec.context?.configuration = "[prepare]\ncommand = \"make x\"\n" },
            { _, engine in engine.name = "other" }, { _, engine in engine.version = "2" }, { _, engine in engine.digest = "2" },
            { _, engine in engine.libraries = [.init(path: "/l", digest: "1")] }, { _, engine in engine.worker = "2" }, { _, engine in engine.kernel = "2" },
            { _, engine in engine.environment = "2" }, { spec, _ in spec.memoryFloor = 1 }, { spec, _ in spec.engine.library = "/x.so" },
        ]
        #expect(found(Self.record(), Self.record([Self.failure()]), changes[which]).isEmpty)
        #expect(found(Self.record([Self.failure()]), Self.record(), changes[which]).isEmpty)
    }

    @Test("what is not known proves nothing, though it is not known of both", arguments: 0..<13)
    func unknown(which: Int) {
        let changes: [(inout RunSpec, inout EngineIdentity) -> Void] = [
            { spec, _ in spec.source?.treeDigest = nil }, { spec, _ in spec.source = nil }, { spec, _ in spec.source?.partialSync = true },
            { spec, _ in spec.resumedOn = [SourceState(treeDigest: "x")] }, { spec, _ in spec.context = nil },
            { _, engine in engine.version = nil }, { _, engine in engine.digest = nil }, { _, engine in engine.libraries = nil },
            { _, engine in engine.libraries = [.init(path: "/l", digest: nil)] }, { _, engine in engine.worker = nil },
            { _, engine in engine.host = nil }, { _, engine in engine.kernel = nil }, { _, engine in engine.environment = nil },
        ]
        var one = Self.spec("r1"), other = Self.spec("r2"), engine = Self.engine()
        changes[which](&one, &engine)
        changes[which](&other, &engine)
        #expect(found([(one, engine, Self.record()), (other, engine, Self.record([Self.failure()]))]).isEmpty)
        #expect(found([(one, nil, Self.record()), (other, nil, Self.record([Self.failure()]))]).isEmpty)
        #expect(!RunConditions(one, engine).unknown.isEmpty)
    }

    @Test("the number of workers, the order and the branch are no conditions")
    func ignored() {
        let all = found(Self.record(), Self.record([Self.failure()])) { spec, _ in
            spec.workers = 64
            spec.selection = Selection(order: .random)
            spec.source?.branch = "other"
            spec.source?.dirty = true
            spec.context?.configuration = "[run]\nworkers = 64\norder = \"random\"\n"
            spec.context?.commandLine = ["run", "--workers", "64"]
        }
        #expect(all.map(\.line) == [10])
    }

    @Test("the digest of a program stands for its version, and the version of a server for its digest")
    func programsAndServers() {
        func found(_ kind: EngineSpec.Kind, _ change: (inout EngineIdentity) -> Void) -> Int {
            var one = Self.spec("r1"), other = Self.spec("r2"), engine = Self.engine()
            (one.engine.kind, other.engine.kind) = (kind, kind)
            change(&engine)
            return self.found([(one, engine, Self.record()), (other, engine, Self.record([Self.failure()]))]).count
        }
        #expect(found(.command) { $0.version = nil } == 1)
        #expect(found(.external) { $0.version = nil } == 1)
        #expect(found(.external) { ($0.version, $0.digest) = (nil, nil) } == 0)
        #expect(found(.postgres) { $0.digest = nil } == 1)
        #expect(found(.postgres) { ($0.version, $0.digest) = (nil, nil) } == 0)
        #expect(found(.sqlite) { $0.version = nil } == 0)
        #expect(found(.sqlite) { $0.digest = nil } == 0)
    }

    // MARK: no proof

    @Test("time-outs, crashes and want of memory are no verdicts", arguments: [Outcome.timeout, .crashed, .outOfMemory, .unreadable, .untested, .blocked, .skipped, .unsupported])
    func outcomes(_ outcome: Outcome) {
        #expect(found(Self.record(), Self.record([], outcome)).isEmpty)
        #expect(found(Self.record([Self.failure()]), Self.record([], outcome)).isEmpty)
        #expect(found(Self.record(), Self.record([Self.failure()], outcome)).isEmpty)
    }

    @Test("a consequence of an earlier failure proves nothing, nor does a process that ended")
    func consequences() {
        var consequence = Self.failure(30, identity: RecordIdentity(digest: "ffffffffffffffff", occurrence: 1))
        consequence.causedBy = 10
        #expect(found(Self.record(), Self.record([Self.failure(), consequence])).map(\.line) == [10])
        var ended = Self.failure()
        ended.kind = .other
        #expect(found(Self.record(), Self.record([ended])).isEmpty)
    }

    @Test("a record that was not reached, or whose verdict is not told, did not hold")
    func reach() {
        let early = Self.failure(5, identity: RecordIdentity(digest: "aaaaaaaaaaaaaaaa", occurrence: 1))
        var stopped = Self.record([early])
        stopped.stoppedAt = 5
        #expect(found(stopped, Self.record([early, Self.failure()])).isEmpty)
        #expect(found(Self.record([early]), Self.record([early, Self.failure()])).map(\.line) == [10])
        // More failures than are listed: what is behind the last one is not known.
        var many = Self.record([early])
        many.errors = 3
        #expect(found(many, Self.record([early, Self.failure()])).isEmpty)
        // Older releases did not say how far they came.
        var old = early
        (old.recordLine, old.identity) = (nil, nil)
        #expect(found(Self.record([old]), Self.record([old, Self.failure()])).isEmpty)
    }

    // MARK: within a run

    @Test("retries within one run are proof, whatever else is known")
    func retries() throws {
        var record = Self.record([Self.failure()], .pass)
        (record.flaky, record.runs) = (true, RunCounts(passed: 1, failed: 2))
        record.flakyRecords = [FlakyRecord(line: 10, failed: 2, runs: 3, identity: Self.identity)]
        let finding = try #require(found([(Self.spec(tree: nil), nil, record)]).first)
        #expect(finding.proofs == [.retries])
        #expect(finding.failed == 2 && finding.runs == 3)
    }

    @Test("rounds of a soak run and tries within a script are proof, each under its name")
    func rounds() throws {
        var soak = Self.record([Self.failure()], .fail)
        (soak.flaky, soak.runs) = (true, RunCounts(passed: 30, failed: 10))
        soak.flakyRecords = [FlakyRecord(line: 10, failed: 10, runs: 40, identity: Self.identity)]
        var spec = Self.spec()
        spec.mode = .soak
        let finding = try #require(found([(spec, nil, soak)]).first)
        #expect(finding.proofs == [.rounds])
        #expect(finding.failed == 10 && finding.runs == 40)
        var tried = Self.record()
        tried.flakyRecords = [FlakyRecord(line: 4, failed: 1, runs: 2)]
        let script = try #require(found([(Self.spec(), nil, tried)]).first)
        #expect(script.proofs == [.record])
        #expect(script.line == 4 && script.identity == nil)
    }

    @Test("a program that says nothing of its records makes the file the unit")
    func files() throws {
        let all = found(Self.record(), Self.record([], .fail))
        #expect(all.map(\.line) == [nil])
        #expect(all.first?.failed == 1 && all.first?.runs == 2)
        var retried = Self.record([], .pass)
        (retried.flaky, retried.runs) = (true, RunCounts(passed: 1, failed: 1))
        #expect(found([(Self.spec(), nil, retried)]).map(\.proofs) == [[.retries]])
    }

    @Test("the rate is of the latest sources that show it")
    func rate() throws {
        let failing = Self.record([Self.failure()]), passing = Self.record()
        let old = Self.spec("r1", tree: "old"), new = Self.spec("r5", tree: "new")
        let all = found([(old, Self.engine(), failing), (old, Self.engine(), failing), (old, Self.engine(), passing), (old, Self.engine(), failing),
                         (new, Self.engine(), failing), (new, Self.engine(), passing), (Self.spec("r7", tree: "newest"), Self.engine(), passing)])
        let finding = try #require(all.first)
        #expect(finding.failed == 1 && finding.runs == 2)
        #expect(finding.since == "r1" && finding.last == "r5")
        #expect(finding.passedSince == 2)
    }

    // MARK: hosts

    @Test("verdicts that agree on each host and differ between them differ by host, with both named")
    func hosts() throws {
        let all = found(Self.record(), Self.record([Self.failure()])) { _, engine in
            (engine.host, engine.kernel, engine.digest) = ("other", "Linux 7", "2")
        }
        let finding = try #require(all.first)
        #expect(finding.proofs.isEmpty)
        #expect(finding.hosts == [.init(host: "box", failed: 0, runs: 1), .init(host: "other", failed: 1, runs: 1)])
        // On other sources or with another version of the engine they say nothing of each other.
        let elsewhere = found(Self.record(), Self.record([Self.failure()])) { spec, engine in
            engine.host = "other"
            spec.source?.treeDigest = "x"
        }
        #expect(elsewhere.isEmpty)
        let newer = found(Self.record(), Self.record([Self.failure()])) { _, engine in (engine.host, engine.version) = ("other", "4") }
        #expect(newer.isEmpty)
    }

    @Test("proof on one host is proof, and differing by host adds nothing")
    func hostsAndProof() {
        let all = found([(Self.spec("r1"), Self.engine(), Self.record()), (Self.spec("r2"), Self.engine(), Self.record([Self.failure()])),
                         (Self.spec("r3"), Self.engine(host: "other"), Self.record([Self.failure()]))])
        #expect(all.count == 1)
        #expect(all.first?.proofs == [.runs])
        #expect(all.first?.hosts.isEmpty == true)
    }
}
