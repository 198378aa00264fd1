import Fleet
import FoundationEssentials
import Glibc
import Platform
import TestSupport
import Testing

@Suite("reports of runs")
struct ReportTests {
    private static let settings = "[suite]\nfiles = [\"tests/*.test\"]\nblock = [{ files = \"tests/big.test\", reason = \"too big\" }]\n[run]\nworkers = 2\n"
    private static let failing = "query I nosort\nSELECT 1\n----\n2\n"

    private func project(failing count: Int) async throws -> Project {
        var files = ["tests/ok.test": passingFile, "tests/big.test": passingFile]
        for number in 0..<count { files["tests/f\(1000 + number).test"] = Self.failing }
        return try await Project(files: files, Self.settings, isLocal: true)
    }

    @Test("failing files are named as they happen, by the summary, by status, and whole by report, which needs no host")
    func named() async throws {
        let project = try await project(failing: 2)
        let end = try await project.slt("run")
        #expect(end.code == 1, "\(end)")
        for name in ["tests/f1000.test:4", "tests/f1001.test:4"] {
            #expect(end.errors.split(separator: "\n").contains { $0.contains("FAIL [") && $0.contains(" \(name): ") }, "\(end)")
            #expect(end.text.contains("  \(name): "), "\(end)")
        }
        #expect(end.text.contains("blocked: tests/big.test (too big)"), "\(end)")
        let status = try await project.slt("status")
        #expect(status.text.contains("2 failing files:\n") && status.text.contains("tests/f1001.test:4"), "\(status)")

        let below = try await RunningProgram.run([Programs.client, "status"], environment: project.environment, in: project.source + "/tests")
        #expect(below.text.contains(" ../tests/f1001.test:4"), "\(below)")

        try FileManager.default.removeItem(atPath: project.state)
        let report = try await project.slt("report")
        #expect(report.code == 0, "\(report)")
        #expect(report.text.contains("2 failing files:\n  tests/f1000.test:4: "), "\(report)")
        #expect(report.text.contains("      - 2\n      + 1\n"), "\(report)")
        let run = try #require(FileManager.default.contentsOfDirectory(atPath: project.results).first { RunSpec.isValid(id: $0) })
        for name in [String(run.prefix(15)), "local/\(run)", "\(project.results)/\(run)"] { #expect(try await project.slt("report", name).text.contains(run)) }
        try await project.slt("report", "--config", "none.toml").expect(code: 2, "none.toml")
        try await project.slt("report", "--config", "none.toml", String(run.prefix(15))).expect(code: 2, "none.toml")
        try project.write("[suite]\nfiles = 3\n", to: "wrong/slt-remote.toml")
        func inWrong(_ arguments: String...) async throws -> RunningProgram.Finished {
            try await RunningProgram.run([Programs.client, "report"] + arguments, environment: project.environment, in: project.source + "/wrong")
        }
        try await inWrong().expect(code: 2, "slt-remote.toml:2")
        #expect(try await inWrong(String(run.prefix(15))).text.contains(run))
        try await project.slt("report", "20200101").expect(code: 2, "cannot find the run")
        try await project.slt("report", "--format", "pdf").expect(code: 2, "write one of: text, md, junit")
    }

    @Test("a report is written whole or not at all")
    func whole() async throws {
        let project = try await project(failing: 1)
        #expect(try await project.slt("run").code == 1)
        let target = project.folder.file("out.xml")
        try Data("before".utf8).write(to: URL(filePath: target))
        let written = try await project.slt("report", "--format", "junit", "-o", target)
        #expect(written.code == 0 && written.output.isEmpty, "\(written)")
        #expect(try String(contentsOfFile: target, encoding: .utf8).hasSuffix("</testsuites>\n"))
        let folder = project.folder.file("locked")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await project.slt("report", "-o", folder + "/none/x").expect(code: 2, "cannot write", "No such file or directory")
        try await project.slt("report", "-o", "/dev/full").expect(code: 2, "cannot write /dev/full: No space left on device")
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.folder.path).filter { $0.contains(".new-") } == [])
        // A link stays one, and what it leads to is replaced. (No test goes near /dev/stdout, which is the machine's.)
        let link = project.folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        #expect(try await project.slt("report", "--format", "md", "-o", link).code == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
        #expect(try String(contentsOfFile: target, encoding: .utf8).hasPrefix("## ❌ 1 of 3 files failed"))
    }

    @Test("in a log ten thousand failing files are two hundred lines", .timeLimit(.minutes(10)))
    func quiet() async throws {
        let project = try await Project("""
            [suite]
            files = ["tests/**/*.test"]
            [engine]
            kind = "command"
            command = ["/bin/false"]
            [run]
            workers = 4
            """, isLocal: true)
        for number in 0..<Self.many { try project.write("", to: "tests/\(number % 10)/\(number).test") }
        let end = try await project.slt("run")
        #expect(end.code == 1, "\(end.code)")
        let lines = (end.text + end.errors).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 200, "\(lines.count) lines: \(end.errors.suffix(2000))")
        #expect(end.errors.split(separator: "\n").count { $0.contains("FAIL [") } == 50)
        #expect(end.errors.contains("… and \(Human.count(Self.many - 50)) more files that failed or are flaky"), "\(end.errors.suffix(500))")
        #expect(end.text.contains("more; all of them: slt-remote report --host local"), "\(end.text)")
    }

    /// Files of the flood; the whole ten thousand take minutes where nothing is optimized.
    private static let many = ProcessInfo.processInfo.environment["SLT_MANY_FILES"].flatMap { Int($0) } ?? 300

    @Test("what programs print and write has the keys of docs/formats.md")
    func keys() async throws {
        let project = try await project(failing: 1), page = try FormatPage()
        func lines(_ bytes: [UInt8]) -> [Data] { bytes.split(separator: UInt8(ascii: "\n")).map { Data($0) } }
        func check(_ heading: String, _ values: [Data]) throws {
            #expect(!values.isEmpty, "\(heading)")
            let found = try page.differences(heading, values, areWhole: false)
            #expect(found.isEmpty, "\(heading): \(found)")
        }
        try check("sync", lines(try await project.slt("sync", "--json", "--itemize").output))
        try check("sync --explain", lines(try await project.slt("sync", "--json", "--explain", "tests/ok.test").output))
        try check("run, attach", lines(try await project.slt("run", "--json").output))
        try check("run, attach", lines(try await project.slt("attach", "--json").output))
        try check("status", lines(try await project.slt("runs", "--json").output))
        try check("status --json", lines(try await project.slt("status", "--json").output))
        try check("doctor", lines(try await project.slt("doctor", "--json").output))
        try check("fetch", lines(try await project.slt("fetch", "--json").output))
        try check("fetch", lines(try await project.slt("fetch", "--json", "--bundle", "run.tar.zst").output))
        try await pastKeys(project, check)
        try check("report --format json", lines(try await project.slt("report", "--format", "json").output))
        let run = try #require(FileManager.default.contentsOfDirectory(atPath: project.results).first { RunSpec.isValid(id: $0) })
        func file(_ name: String) throws -> [Data] { lines(Array(try Data(contentsOf: URL(filePath: "\(project.results)/\(run)/\(name)")))) }
        try check("spec.json", file("spec.json"))
        try check("summary.json", file("summary.json"))
        try check("record", file("records.jsonl"))
        try check("events", file("events"))
        let failures = try file("records.jsonl").flatMap { try JSONDecoder().decode(FileRecord.self, from: $0).failures }
        try check("failure", failures.map { try JSONEncoder().encode($0) })
        try check("engine", file("engine.json"))
        try await removalKeys(project, lines, check)
    }

    /// Of what the history prints about a run with a failure in it, and a bundle of that.
    private func pastKeys(_ project: Project, _ check: (String, [Data]) throws -> Void) async throws {
        let asked = [
            ("history", ["history", "--json"]), ("history FILE", ["history", "tests/f1000.test", "--json"]), ("history FILE", ["history", "tests/f1000.test:4", "--json"]),
            ("failures", ["failures", "--json"]), ("failures", ["failures", "--by", "category", "--json"]), ("slow", ["slow", "--json"]), ("untested", ["untested", "--json"]),
            ("history rebuild, history import", ["history", "rebuild", "--json"]), ("history rebuild, history import", ["history", "import", "run.tar.zst", "--json"]),
        ]
        for (heading, arguments) in asked {
            let done = try await project.start(arguments).finish()
            #expect(done.code == 0, "\(arguments): \(done)")
            try check(heading, done.output.split(separator: UInt8(ascii: "\n")).map { Data($0) })
        }
    }

    /// Of what prune and clean print when there is something to remove on both sides.
    private func removalKeys(_ project: Project, _ lines: ([UInt8]) -> [Data], _ check: (String, [Data]) throws -> Void) async throws {
        let run = try #require(project.runs().first), agent = "\(project.state)/agents/\(String(repeating: "0", count: 64))"
        try FileManager.default.createDirectory(atPath: agent, withIntermediateDirectories: true)
        try Data("old".utf8).write(to: URL(filePath: agent + "/slt-worker"))
        // Of a process that is gone: no process has this number.
        let part = "\(project.results)/\(run)/records.jsonl.zst.part-\(Int32.max)"
        try Data("half".utf8).write(to: URL(filePath: part))
        for option in ["--dry-run", "--yes"] {
            #expect(project.exists(agent) && project.exists(part))
            let cleaned = try await project.slt("clean", option, "--json")
            #expect(cleaned.text.contains(agent) && cleaned.text.contains(part), "\(cleaned)")
            try check("clean", lines(cleaned.output))
        }
        #expect(!project.exists(agent) && !project.exists(part))
        for option in ["--dry-run", "--unfetched"] {
            let pruned = try await project.slt("prune", "--keep", "0", "--older-than", "0", option, "--json")
            #expect(lines(pruned.output).count == 2, "\(pruned)")
            try check("prune", lines(pruned.output))
        }
        try check("report --format json", lines(try await project.slt("report", "--format", "json").output))
    }
}
