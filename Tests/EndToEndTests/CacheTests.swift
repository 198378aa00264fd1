import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("files that are not run again")
struct CacheTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.slt\"]\n[engine]\ndialect = \"rs\"\n[run]\nworkers = 2\n"
    private static let files = [
        "tests/a.slt": "statement ok\nCREATE TABLE a(x INT)\n\nquery I\nSELECT count(*) FROM a\n----\n0\n",
        "tests/b.slt": "include parts/one.part\n\nstatement ok\nSELECT 2\n",
        "tests/c.slt": "query I\nSELECT 3\n----\n3\n",
        "tests/parts/one.part": "statement ok\nSELECT 1\n",
        "tests/random.slt": "statement ok\nSELECT random()\n",
        "tests/system.slt": "system ok\ntrue\n",
    ]

    private func run(_ project: Project, _ arguments: String...) async throws -> (finished: RunningProgram.Finished, result: RunResult, records: [String: FileRecord]) {
        let process = try project.start(["run", "--cached", "--json"] + arguments)
        let finished = try await process.finish()
        let result = try project.decode(RunResult.self, finished)
        let data = try Data(contentsOf: URL(filePath: "\(project.results)/\(result.status.id)/records.jsonl"))
        let records = try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(FileRecord.self, from: Data($0)) }
        return (finished, result, Dictionary(uniqueKeysWithValues: records.map { ($0.file, $0) }))
    }

    /// Names of the files that were not run.
    private func cached(_ records: [String: FileRecord]) -> [String] {
        records.values.filter { $0.cachedFrom != nil }.map { String($0.file.dropFirst("tests/".count)) }.sorted()
    }

    @Test("a second run takes what can be kept, says from where, and runs what was changed, also in an include and in the settings")
    func takes() async throws {
        let project = try await Project(files: Self.files, Self.settings)
        let first = try await run(project)
        #expect(first.finished.code == 0, "\(first.finished)")
        #expect(first.result.status.cache?.taken == 0)
        #expect(first.result.status.cache?.excluded == 2)
        #expect(first.records["tests/random.slt"]?.notCached == "line 1: its SQL uses random numbers")
        #expect(first.records["tests/system.slt"]?.notCached == "line 1: starts a program: true")

        let second = try await run(project, "--cache-audit", "0")
        #expect(second.finished.code == 0, "\(second.finished)")
        #expect(cached(second.records) == ["a.slt", "b.slt", "c.slt"], "\(second.records)")
        #expect(second.result.status.cache == first.result.status.cache.map { use in
            var use = use
            use.taken = 3
            return use
        })
        #expect(second.result.status.outcomes == [.pass: 5])
        let taken = try #require(second.records["tests/a.slt"])
        #expect(taken.cachedFrom == first.result.status.id)
        #expect(taken.outcome == .pass)
        #expect(taken.tests == 2)
        #expect(taken.worker == nil)
        #expect(taken.duration == 0)

        let report = try await project.slt("report", second.result.status.id)
        #expect(report.text.contains("3 of 5 files from the cache; 2 files that passed cannot be kept there"), "\(report)")

        // Each file that was taken is named, with the run that ran it, and they are counted apart.
        #expect(report.text.contains("  from the cache: tests/b.slt (passed in run \(first.result.status.id))\n"), "\(report)")
        #expect(report.text.components("  from the cache: ") == 3, "\(report)")
        let comment = try await project.slt("report", second.result.status.id, "--format", "md")
        #expect(comment.text.components("- from the cache: ") == 3 && comment.text.contains("tests/c.slt"), "\(comment)")
        #expect(comment.text.contains("passed in run \(first.result.status.id)"), "\(comment)")
        let page = try await project.slt("report", second.result.status.id, "--format", "html")
        #expect(page.text.contains("From the cache"), "\(page.text.prefix(20_000))")
        #expect(page.text.contains("not run: it passed in run \(first.result.status.id) with the same inputs"))
        let whole = try await project.slt("report", first.result.status.id, "--format", "html")
        #expect(!whole.text.contains("From the cache") && !whole.text.contains("not run: it passed"))

        try project.write("statement ok\nSELECT 1 + 0\n", to: "tests/parts/one.part")
        #expect(cached(try await run(project, "--cache-audit", "0").records) == ["a.slt", "c.slt"])
        #expect(cached(try await run(project, "--cache-audit", "0").records) == ["a.slt", "b.slt", "c.slt"])
        try project.write(Self.files["tests/c.slt", default: ""] + "\n", to: "tests/c.slt")
        #expect(cached(try await run(project, "--cache-audit", "0").records) == ["a.slt", "b.slt"])
        #expect(cached(try await run(project, "--cache-audit", "0", "--seed", "5").records) == [])
        #expect(cached(try await run(project, "--cache-audit", "0", "--no-system").records) == [])
        // The earlier settings are still known.
        #expect(cached(try await run(project, "--cache-audit", "0").records) == ["a.slt", "b.slt", "c.slt"])
        let plain = try await project.slt("run", "--json")
        #expect(try project.decode(RunResult.self, plain).status.cache == nil)
    }

    @Test("workers and the supervisor of a cached run are killed, again and again: each file has one record, and none that changed is taken", arguments: [1, 2] as [UInt64])
    func chaos(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        // Each takes long enough to be killed in.
        let text = { (number: Int, right: Int) in
            "query I\nWITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 40000) SELECT max(x) - 40000 + \(number) FROM c\n----\n\(right)\n"
        }
        var rights = Array(0..<24)
        let project = try await Project(files: Dictionary(uniqueKeysWithValues: rights.map { ("tests/\($0).slt", text($0, $0)) }), Self.settings + "attempts = 9\n", isLocal: true)
        #expect(try await project.slt("run", "--cached").code == 0)
        for round in 0..<4 {
            // Some become wrong, some right again: a hit for any of these would be of another file.
            var changed: Set<String> = []
            for _ in 0..<9 {
                let number = Int.random(in: rights.indices, using: &random)
                rights[number] = rights[number] == number ? number + 1000 + round : number
                try project.write(text(number, rights[number]) + String(repeating: "\n", count: round + 1), to: "tests/\(number).slt")
                changed.insert("tests/\(number).slt")
            }
            let started = try await project.slt("run", "--cached", "--cache-audit", "10", "--detach")
            #expect(started.code == 0, "\(started)")
            let id = try #require(project.runs().last)
            for _ in 0..<3 {
                let directory = try project.runDirectory(id)
                let goal = Int.random(in: 1..<24, using: &random)
                let isOn = try await eventually(every: .milliseconds(1)) { try directory.status().done >= goal || directory.status().phase != .running }
                #expect(isOn)
                let status = try directory.status()
                guard status.phase == .running else { break }
                if Bool.random(using: &random), let worker = status.workers.first(where: { $0.state == .running }) {
                    kill(worker.pid, SIGKILL)
                } else if let supervisor = processes(naming: directory.path).first(where: { commandLine($0).contains("supervise") }) {
                    kill(supervisor, SIGKILL)
                    let isGone = try await eventually { try directory.status().phase == .interrupted || directory.status().phase == .finished }
                    #expect(isGone)
                    if try directory.status().phase == .finished { break }
                    let resumed = try await project.slt("run", "--resume", id, "--detach")
                    #expect(resumed.code == 0, "\(resumed)")
                }
            }
            _ = try await project.slt("attach", id)
            let records = try project.records(id, count: 24)
            #expect(Set(records.map(\.file)).count == 24)
            for record in records {
                let number = Int(record.file.dropFirst("tests/".count).dropLast(".slt".count)) ?? -1
                #expect(record.outcome == (rights[number] == number ? .pass : .fail), "\(record)")
                if changed.contains(record.file) { #expect(record.cachedFrom == nil, "\(record)") }
                // What failed is known to nobody.
                if record.cachedFrom != nil { #expect(rights[number] == number, "\(record)") }
            }
            #expect(try project.runDirectory(id).status().cache?.differing == nil)
        }
    }

    @Test("a file that was taken leaves no time in the history")
    func history() async throws {
        let project = try await Project(files: Self.files, Self.settings)
        _ = try await run(project)
        let second = try await run(project, "--cache-audit", "0")
        let rows = try await project.slt("sql", "--format", "csv", "SELECT count(*) FROM result JOIN run ON run.id = result.run_id WHERE run.name = '\(second.result.status.id)'")
        #expect(rows.code == 0, "\(rows)")
        #expect(rows.text.split(whereSeparator: \.isNewline).last == "2", "\(rows)")
    }

    @Test("another engine library, and another variable, know nothing")
    func engine() async throws {
        let library = "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0"
        let project = try await Project(files: Self.files, isLocal: true)
        let copy = project.folder.file("libown.so")
        try FileManager.default.copyItem(atPath: try #require(realpath(library, nil).map { String(cString: $0) }), toPath: copy)
        func configure(_ environment: String) throws {
            try project.write("host = \"local\"\n[hosts.local]\nworkspace = \"~/work\"\nstate = \"\(project.state)\"\n" + Self.settings
                .replacing("dialect", with: "library = \"\(copy)\"\nenvironment = { OTHER = \"\(environment)\" }\ndialect"), to: "slt-remote.toml")
        }
        try configure("1")
        let first = try await run(project, "--cache-audit", "0")
        #expect(first.finished.code == 0, "\(first.finished)")
        #expect(first.result.status.cache?.reason == nil)
        #expect(cached(try await run(project, "--cache-audit", "0").records) == ["a.slt", "b.slt", "c.slt"])
        try configure("2")
        #expect(cached(try await run(project, "--cache-audit", "0").records) == [])
        try configure("1")
        #expect(cached(try await run(project, "--cache-audit", "0").records) == ["a.slt", "b.slt", "c.slt"])
        // It loads and works as before, and is another file.
        try (Data(contentsOf: URL(filePath: copy)) + Data("changed".utf8)).write(to: URL(filePath: copy))
        #expect(cached(try await run(project, "--cache-audit", "0").records) == [])
    }

    @Test("an audit that comes out otherwise is an error that names the file, and the cache forgets")
    func audit() async throws {
        let project = try await Project(files: Self.files, Self.settings)
        _ = try await run(project)
        let proven = try await run(project, "--cache-audit", "100")
        #expect(proven.finished.code == 0, "\(proven.finished)")
        #expect(proven.result.status.cache?.audited == 3)
        #expect(proven.result.status.cache?.taken == 0)
        #expect(proven.result.status.cache?.differing == nil)

        let folder = project.state + "/verdicts"
        let store = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first { $0 != "lock" })
        let text = try String(contentsOfFile: "\(folder)/\(store)", encoding: .utf8)
        let wrong = text.replacing("\"tests\":2", with: "\"tests\":7")
        #expect(wrong != text)
        try Data(wrong.utf8).write(to: URL(filePath: "\(folder)/\(store)"))
        let refuted = try await run(project, "--cache-audit", "100")
        #expect(refuted.finished.code == 5, "\(refuted.finished)")
        #expect(refuted.result.exitCode == 5)
        let names = Set((refuted.result.status.cache?.differing ?? []).map(\.file))
        #expect(names == ["tests/a.slt", "tests/b.slt"])
        let report = try await project.slt("report", refuted.result.status.id)
        #expect(report.text.contains("error: the cache was wrong about tests/a.slt: it passed with 7 tests and 0 skipped in run "), "\(report)")
        #expect(cached(try await run(project, "--cache-audit", "0").records) == [])
    }

    @Test("an engine whose state is not known says why nothing is taken")
    func reason() async throws {
        let project = try await Project(files: ["t.sh": "exit 0\n", "tests/a.slt": "x"],
                                        "[suite]\nfiles = [\"tests/*.slt\"]\n[engine]\nkind = \"command\"\ncommand = [\"/bin/sh\", \"{workspace}/t.sh\", \"{file}\"]\n", isLocal: true)
        _ = try await run(project)
        let second = try await run(project)
        #expect(second.result.status.cache?.taken == 0)
        #expect(second.result.status.cache?.reason == "the engine is a program that reads the files itself")
        #expect(cached(second.records) == [])
    }

    @Test("a run of which all files are known starts no worker, and says which engine it is about")
    func all() async throws {
        let project = try await Project(files: ["tests/c.slt": Self.files["tests/c.slt", default: ""]], Self.settings, isLocal: true)
        let first = try await run(project)
        let second = try await run(project, "--cache-audit", "0")
        #expect(cached(second.records) == ["c.slt"])
        func engine(_ run: RunResult) throws -> EngineIdentity {
            try JSONDecoder().decode(EngineIdentity.self, from: Data(contentsOf: URL(filePath: "\(project.results)/\(run.status.id)/engine.json")))
        }
        #expect(try engine(first.result) == engine(second.result))
    }

    @Test("an external engine is relied on only where it is declared hermetic, and its program and other inputs count")
    func external() async throws {
        let shim = "printf '%s' '{\"result\":[[\"1\"]]}'; cat > /dev/null\n"
        let project = try await Project(files: ["shim.sh": shim, "data/rules.txt": "1", "tests/a.slt": "query I\nSELECT 1\n----\n1\n"], isLocal: true)
        func configure(_ more: String) throws {
            try project.write("""
                host = "local"
                [hosts.local]
                workspace = "~/work"
                state = "\(project.state)"
                [suite]
                files = ["tests/*.slt"]
                [engine]
                kind = "external"
                dialect = "rs"
                command = ["exec sh shim.sh {db}"]
                \(more)
                """, to: "slt-remote.toml")
        }
        try configure("")
        _ = try await run(project)
        let unknown = try await run(project, "--cache-audit", "0")
        #expect(unknown.finished.code == 0, "\(unknown.finished)")
        #expect(unknown.result.status.cache?.reason == "the engine is a program that is not declared hermetic")
        try configure("hermetic = true\ncache-inputs = [\"data/*\"]")
        _ = try await run(project)
        let known = try await run(project, "--cache-audit", "0")
        #expect(cached(known.records) == ["a.slt"], "\(known.result.status)")
        try project.write("2", to: "data/rules.txt")
        #expect(cached(try await run(project, "--cache-audit", "0").records) == [])
        #expect(cached(try await run(project, "--cache-audit", "0").records) == ["a.slt"])
        try project.write(shim + "#\n", to: "shim.sh")
        #expect(cached(try await run(project, "--cache-audit", "0").records) == [])
        try configure("hermetic = true\ncache-inputs = [\"none/*\"]")
        #expect(try await run(project).result.status.cache?.reason?.hasPrefix("the engine's inputs for the cache: ") == true)
    }

    @Test("a soak run takes nothing")
    func soak() async throws {
        let project = try await Project(files: ["tests/a.slt": Self.files["tests/a.slt", default: ""]], Self.settings, isLocal: true)
        _ = try await run(project)
        let process = try project.start(["run", "--cached", "--mode", "soak", "--time", "1s", "--json"])
        let finished = try await process.finish()
        #expect(finished.errors.contains("a soak run repeats what has passed; it takes nothing from earlier runs"), "\(finished)")
        let status = try project.decode(RunResult.self, finished).status
        #expect(status.cache == nil)
        #expect(status.tests > 0)
    }
}
