import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("flaky records") struct FlakyTests {
    private static let settings = """
        [suite]
        files = ["tests/*.test"]
        [engine]
        kind = "command"
        command = ["/bin/sh", "{workspace}/run.sh", "{file}"]
        [run]
        workers = 4

        """

    /// Fails and passes in turn, whoever runs it: as a file that is random by itself, without its luck.
    private static let odd = "exec 9>>\"$top/odd.lock\"; flock 9; n=$(cat \"$top/odd\" 2>/dev/null || echo 0); echo $((n + 1)) > \"$top/odd\"; [ $((n % 2)) = 1 ]\n"
    /// Fails when another file is under way at any moment that it looks.
    private static let beside = """
        n=0
        while [ $n -lt 20 ]; do
            for f in "$top"/busy.*; do [ -e "$f" ] && kill -0 "${f##*.}" 2>/dev/null && exit 1; done
            sleep 0.01; n=$((n + 1))
        done
        exit 0

        """
    private static let company = "touch \"$top/busy.$$\"; sleep 0.05; rm \"$top/busy.$$\"\n"
    /// Fails when the same worker ran another file before.
    private static let order = "[ \"$(cat \"$top/dirty\" 2>/dev/null)\" != $PPID ]\n"
    private static let dirty = "echo $PPID > \"$top/dirty\"\n"

    private func project(_ more: String = "", files: [String: String]) async throws -> Project {
        try await Project(files: files.merging(["run.sh": "top=\"${1%/*}/..\"; . \"$1\"\n"]) { $1 }, Self.settings + more, isLocal: true)
    }

    private struct Settled: Decodable {
        struct Count: Decodable {
            var condition: String
            var failed: Int
            var runs: Int
        }
        struct Verdict: Decodable {
            var kind: String
            var condition: String?
            var isOnly: Bool
        }
        var file: String
        var counts: [Count]
        var verdict: Verdict
    }

    private struct Listed: Decodable {
        struct Record: Decodable {
            var file: String
            var proofs: [String]
            var failed: Int
            var runs: Int
        }
        var runs: Int
        var records: [Record]
    }

    @Test("they are found, and the condition under which each fails is named")
    func found() async throws {
        var files = ["tests/odd.test": Self.odd, "tests/lock.test": Self.beside, "tests/order.test": Self.order, "tests/dirty.test": Self.dirty,
                     "tests/good.test": "exit 0\n"]
        for number in 1...6 { files["tests/other\(number).test"] = Self.company }
        let project = try await project(files: files)
        #expect(try await project.slt("sync").code == 0)
        func settle(_ name: String) async throws -> Settled {
            let finished = try await project.slt("flaky", "--settle", "--runs", "12", "--time", "1h", "--json", "tests/\(name).test")
            #expect(finished.code == 0, "\(finished)")
            let settled = try project.decode(Settled.self, finished)
            #expect(settled.file == "tests/\(name).test")
            #expect(settled.counts.map(\.condition) == ["alone", "other-seeds", "after-others", "beside-others", "several"])
            #expect(settled.counts.allSatisfy { $0.runs == 12 }, "\(settled.counts)")
            return settled
        }
        let lock = try await settle("lock"), order = try await settle("order"), odd = try await settle("odd"), good = try await settle("good")
        #expect(lock.verdict.condition == "beside-others" && lock.verdict.isOnly, "\(lock)")
        #expect(order.verdict.condition == "after-others" && order.verdict.isOnly, "\(order)")
        #expect(odd.verdict.kind == "by-itself", "\(odd)")
        #expect(good.verdict.kind == "never", "\(good)")

        let list = try project.decode(Listed.self, try await project.slt("flaky", "--json"))
        #expect(list.runs == project.runs().count)
        #expect(Set(list.records.map(\.file)).isSuperset(of: ["tests/odd.test", "tests/order.test"]), "\(list)")
        #expect(Set(list.records.map(\.file)).isSubset(of: ["tests/odd.test", "tests/order.test", "tests/lock.test"]), "\(list)")
        #expect(list.records.allSatisfy { !$0.proofs.isEmpty && $0.failed > 0 && $0.failed < $0.runs })
        let text = try await project.slt("flaky", "tests/odd.test")
        #expect(text.code == 0)
        #expect(text.text.hasPrefix("1 flaky record in ") && text.text.contains("with 95 % certainty") && text.text.contains("more runs would make that ±5 points"), "\(text)")
        // None of these runs is the last one of the suite.
        try await project.slt("compare").expect(code: 2, "there are no two full runs")
    }

    @Test("two ordinary runs of the same sources prove what fails in one of them only")
    func twoRuns() async throws {
        let project = try await project(files: ["tests/odd.test": Self.odd, "tests/good.test": "exit 0\n", "tests/bad.test": "exit 1\n"])
        #expect(try await project.slt("run").code == 1)
        // A sync would take the file's memory away.
        let again = try await project.slt("run", "--no-sync", "--workers", "1", "--order", "name")
        #expect(again.code == 1, "\(again)")
        let list = try project.decode(Listed.self, try await project.slt("flaky", "--json"))
        #expect(list.records.map(\.file) == ["tests/odd.test"], "\(list)")
        #expect(list.records.map(\.proofs) == [["runs"]])
        #expect(try FormatPage().differences("flaky", [Data(try await project.slt("flaky", "--json").output)], areWhole: false) == [])
        #expect(try project.decode(Listed.self, try await project.slt("flaky", "--json", "tests/bad.test")).records.isEmpty)
    }

    @Test("Ctrl-C ends the experiment and its run")
    func interrupted() async throws {
        let project = try await project(files: ["tests/slow.test": "sleep 0.1\n"])
        #expect(try await project.slt("sync").code == 0)
        let client = try project.start(["flaky", "--settle", "--runs", "5000", "tests/slow.test"])
        try await project.status { $0.phase == .running && $0.iteration ?? 0 > 1 }
        let id = try #require(project.runs().last)
        #expect(try await eventually { project.exists("\(project.state)/runs/\(id)/results/0/1") })
        Glibc.kill(client.pid, SIGINT)
        let finished = try await client.finish()
        #expect(finished.code == 130, "\(finished)")
        #expect(finished.errors.contains("run \(id) was stopped"), "\(finished)")
        #expect(try project.runDirectory(id).status().phase == .finished)
        #expect(try await eventually { processes(naming: id).isEmpty })
        #expect(project.runs().count == 1)
    }

    @Test("a file that passes on a retry fails the run, is named, or is not, as the configuration says", arguments: ["fail", "warn", "pass"])
    func rule(_ rule: String) async throws {
        let project = try await project("retries = 1\nflaky = \"\(rule)\"\n", files: ["tests/odd.test": Self.odd, "tests/good.test": "exit 0\n"])
        let run = try await project.slt("run")
        #expect(run.code == (rule == "fail" ? 1 : 0), "\(run)")
        #expect(run.text.contains("1 of 2 files flaky, and that fails this run") == (rule == "fail"), "\(run)")
        #expect((run.text + run.errors).contains("tests/odd.test") == (rule != "pass"), "\(run)")
        #expect(try await project.slt("attach").code == run.code)
        let list = try project.decode(Listed.self, try await project.slt("flaky", "--json"))
        #expect(list.records.map(\.file) == ["tests/odd.test"])
        #expect(list.records.map(\.proofs) == [["retries"]])
        let id = try #require(project.runs().last)
        #expect(try project.records(id, count: 2).first { $0.file == "tests/odd.test" }?.flaky == true)
    }

    @Test("a run makes no more retries than it has, and says that there were none left")
    func cap() async throws {
        let project = try await project("retries = 5\nretries-total = 3\n", files: ["tests/a.test": "exit 1\n", "tests/b.test": "exit 1\n", "tests/c.test": "exit 1\n"])
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("not run again: the 3 retries of the run were used up"), "\(run)")
        let records = try project.records(try #require(project.runs().last), count: 3)
        #expect(records.reduce(0) { $0 + ($1.runs?.failed ?? 1) } == 6)
    }

    @Test("without runs, without flaky records and without a file it says what to do")
    func empty() async throws {
        let project = try await project(files: ["tests/good.test": "exit 0\n"])
        let none = try await project.slt("flaky")
        #expect(none.code == 0 && none.text.contains("start one with: slt-remote run"), "\(none)")
        #expect(try await project.slt("run").code == 0)
        let clean = try await project.slt("flaky")
        #expect(clean.code == 0 && clean.text.contains("no flaky records in 1 run") && clean.text.contains("--mode soak") && clean.text.contains("--settle FILE"), "\(clean)")
        try await project.slt("flaky", "--settle").expect(code: 2, "--settle needs the file")
        try await project.slt("flaky", "--settle", "tests").expect(code: 2, "name one test file")
        try await project.slt("flaky", "--settle", "tests/none.test").expect(code: 2, "tests/none.test")
        try await project.slt("flaky", "--runs", "0", "--settle", "x").expect(code: 2, "--runs")
    }
}
