import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("the commit that broke a file")
struct BisectTests {
    private struct Outcome: Decodable {
        struct Commit: Decodable {
            var commit: String
            var author: String
            var subject: String
        }
        struct Failure: Decodable { var record: FileRecord }
        struct Trial: Decodable {
            var commit: String
            var verdict: String
            var reason: String?
            var failures: [Failure]
        }
        var version: Int
        var firstBad: Commit?
        var left: [Commit]
        var lastGood: Commit?
        var after: Trial?
        var before: Trial?
        var trials: [Trial]
        var commits: Int
        var rounds: Int
    }

    private static func answers(_ count: Int, twoFrom planted: Int) -> [String] { (0..<count).map { $0 < planted ? "one" : "two" } }

    @Test("it is found beside commits that do not build, with what it changed, and a dirty work tree stays as it is")
    func found() async throws {
        let repository = try await BisectRepository(Self.answers(30, twoFrom: 17), broken: [13, 14, 20]), project = repository.project
        // What was built of the present tree is copied, and not built on blindly.
        let before = try await project.slt("run")
        #expect(before.code == 1, "\(before)")
        _ = try await repository.shell("echo changed > answer.txt; echo staged > staged.txt; git add staged.txt; echo new > untracked.txt; rm number.txt; sleep 0.01; echo '# mine' >> tests/a.test")
        let fingerprint = try await repository.fingerprint(), runs = project.runs()
        let found = try await project.slt("bisect", "--good", "HEAD~29", "--json", "tests/a.test:4")
        #expect(found.code == 0, "\(found)")
        let outcome = try project.decode(Outcome.self, found)
        #expect(outcome.firstBad?.commit == repository.commits[17], "\(found)")
        #expect(outcome.firstBad?.author == "Ann Author <ann@example.org>")
        #expect(outcome.firstBad?.subject == "Change number 17")
        #expect(outcome.lastGood?.commit == repository.commits[16])
        #expect(outcome.before?.verdict == "good")
        #expect(outcome.after?.failures.first?.record.failures.first?.expected.contains("one") == true)
        #expect(outcome.after?.failures.first?.record.failures.first?.actual.contains("two") == true)
        #expect(outcome.commits == 29)
        #expect(outcome.trials.allSatisfy { $0.verdict == (repository.broken($0.commit, [13, 14, 20]) ? "skip" : repository.place($0.commit) < 17 ? "good" : "bad") }, "\(found)")
        #expect(try await repository.fingerprint() == fingerprint)
        #expect(repository.firstBuilds.filter { $0.key.contains(".bisect-") } == Dictionary(uniqueKeysWithValues: (1...4).map { ("\(project.workspace).bisect-\($0)", true) }))
        #expect(project.runs() == runs)
        #expect(repository.leftovers == runs)
        // None of its runs is one of the project's.
        #expect(try FileManager.default.contentsOfDirectory(atPath: project.results).count == 1)
    }

    @Test("the text names commit, author, date and subject, made safe, and the rows")
    func text() async throws {
        let repository = try await BisectRepository(Self.answers(6, twoFrom: 5), isLocal: true), project = repository.project
        _ = try await repository.shell(#"git commit -q --amend -m "$(printf 'Colour \033[31mall')""#)
        let found = try await project.slt("bisect", "--good", repository.commits[0], "--jobs", "1", "--repeats", "0", "tests/a.test")
        #expect(found.code == 0, "\(found)")
        #expect(found.text.hasPrefix("first bad commit: "), "\(found)")
        for words in ["author   Ann Author <ann@example.org>", "date     20", "subject  Colour ", "before, at \(repository.commits[4].prefix(10)) Change number 4", "tests/a.test:", "- one", "+ two"] {
            #expect(found.text.contains(words), "\(found)")
        }
        #expect(!found.text.contains("\u{1B}"), "\(found)")
        #expect(!found.errors.contains("\u{1B}"), "\(found)")
        #expect(found.errors.contains("bisecting 5 commits"), "\(found)")
    }

    @Test("where commits without a verdict hide it, the smallest set is told, with exit code 5")
    func hidden() async throws {
        let repository = try await BisectRepository(Self.answers(12, twoFrom: 6), broken: [5, 6, 7], isLocal: true), project = repository.project
        let found = try await project.slt("bisect", "--good", repository.commits[0], "--json", "tests/a.test")
        #expect(found.code == 5, "\(found)")
        let outcome = try project.decode(Outcome.self, found)
        #expect(outcome.firstBad == nil)
        #expect(outcome.left.map(\.commit) == Array(repository.commits[5...8]), "\(found)")
        #expect(outcome.trials.filter { $0.verdict == "skip" }.allSatisfy { $0.reason?.contains("does not build") == true }, "\(found)")
        #expect(repository.leftovers.isEmpty)
    }

    @Test("a source tree that is a folder of its repository is found in each revision, and merged branches are told apart")
    func subfolder() async throws {
        let repository = try await BisectRepository(Self.answers(3, twoFrom: 3), isLocal: true), project = repository.project
        // The former repository becomes a folder of this one, with a branch that breaks it and one that does not.
        _ = try await repository.shell("""
            rm -rf .git; cd ..; mkdir whole; mv src whole/src; ln -s whole/src src; cd whole; git init -q -b main .; git config user.name A; git config user.email a@example.org
            commit() { echo "$1" > src/$2; git add -A; git commit -q -m "$3"; }
            commit 0 number.txt first; git tag first
            git checkout -q -b breaks; commit 1 b1 b1; commit two answer.txt 'Break it'; git tag broken; commit 3 b3 b3
            git checkout -q -b fine first; commit 1 f1 f1; commit 2 f2 f2; git checkout -q main; git merge -q --no-ff -m one fine; git merge -q --no-ff -m two breaks; commit 9 last last
            """)
        let found = try await project.slt("bisect", "--good", "first", "--jobs", "2", "--repeats", "0", "--json", "tests/a.test")
        #expect(found.code == 0, "\(found)")
        let outcome = try project.decode(Outcome.self, found)
        #expect(outcome.firstBad?.subject == "Break it", "\(found)")
        #expect(outcome.lastGood?.subject == "b1", "\(found)")
    }

    @Test("a host that goes away leaves what is known, and says how to go on")
    func lostHost() async throws {
        let repository = try await BisectRepository(Self.answers(6, twoFrom: 3)), project = repository.project
        try repository.hold(1..<5)
        let client = try project.start(["bisect", "--good", repository.commits[0], "--jobs", "2", "tests/a.test"])
        let isHeld = try await eventually(within: .patience) { repository.builds.count >= 4 }
        #expect(isHeld, "\(client.errors)")
        for pid in processes(naming: project.state) where project.isAgent(pid) { Glibc.kill(pid, SIGKILL) }
        let ended = try await client.finish()
        #expect(ended.code == 3, "\(ended)")
        #expect(ended.errors.contains("go on with: slt-remote bisect --host box --resume"), "\(ended)")
        repository.letGo()
        let resumed = try await project.slt("bisect", "--resume", "--json")
        #expect(try project.decode(Outcome.self, resumed).firstBad?.commit == repository.commits[3], "\(resumed)")
        #expect(repository.leftovers.isEmpty)
    }

    @Test("ends that are not what they were said to be are refused, and why is said")
    func wrongEnds() async throws {
        var answers = Self.answers(8, twoFrom: 4)
        answers[7] = "odd"
        answers[3] = "odd"
        let repository = try await BisectRepository(answers, broken: [1], isLocal: true), project = repository.project, commits = repository.commits
        _ = try await repository.shell("git checkout -q -b side \(commits[2]); git commit -q --allow-empty -m side; git checkout -q -")
        func refused(_ arguments: [String], code: Int32 = 2, _ words: String...) async throws {
            let finished = try await project.start(["bisect"] + arguments).finish()
            #expect(finished.code == code, "\(arguments): \(finished)")
            for word in words { #expect(finished.errors.contains(word), "\(arguments): \(finished)") }
            #expect(repository.leftovers.isEmpty, "\(arguments)")
        }
        try await refused(["--good", commits[5], "--bad", commits[6], "tests/a.test"], "tests/a.test:4 fails already at the good revision \(commits[5])", "older")
        try await refused(["--good", commits[0], "--bad", commits[2], "tests/a.test"], "tests/a.test does not fail at the bad revision \(commits[2])", "not committed")
        try await refused(["--good", commits[0], "--bad", commits[6], "tests/a.test:1"], "tests/a.test:1 does not fail at the bad revision", "the line that a report names")
        try await refused(["--good", commits[0], "tests/a.test"], "the bad revision HEAD (\(commits[7].prefix(10))) fails only sometimes")
        try await refused(["--good", commits[1], "--bad", commits[6], "tests/a.test"], "the good revision \(commits[1]) says nothing", "does not build")
        try await refused(["--good", commits[3], "--bad", commits[6], "tests/a.test"], "the good revision")
        try await refused(["--good", "side", "--bad", commits[6], "tests/a.test"], "does not come before", String(commits[2].prefix(10)))
        try await refused(["--good", "HEAD", "tests/a.test"], "the same commit")
        try await refused(["--good", "no-such-tag", "tests/a.test"], "no-such-tag")
        try await refused(["--good", "--exec=x", "tests/a.test"], "--exec=x")
        try await refused(["--good", commits[0], "tests/none.test"], "tests/none.test", "nothing was started")
        try await refused(["--good", commits[0], "tests"], "name single test files")
        try await refused(["tests/a.test"], "--good")
        try await refused(["--good", commits[0]], "test files")
        try await refused(["--resume"], "no bisect")
        try await refused(["--abort"], "no bisect")
        try await refused(["--resume", "--good", commits[0]], "remove --good")
        // A flaky commit on the way is one without a verdict.
        let found = try await project.slt("bisect", "--good", commits[0], "--bad", commits[6], "--json", "tests/a.test")
        #expect(found.code == 5, "\(found)")
        let outcome = try project.decode(Outcome.self, found)
        #expect(outcome.trials.first { $0.commit == commits[3] }?.verdict == "flaky", "\(found)")
        #expect(outcome.left.map(\.commit) == [commits[3], commits[4]], "\(found)")
    }

    @Test("Ctrl-C leaves nothing running, a second bisect is refused, and it goes on where it was")
    func interrupted() async throws {
        let repository = try await BisectRepository(Self.answers(20, twoFrom: 9)), project = repository.project
        try repository.hold(1..<19)
        let client = try project.start(["bisect", "--good", repository.commits[0], "--jobs", "2", "tests/a.test"])
        let isHeld = try await eventually(within: .patience) { repository.builds.count >= 4 }
        #expect(isHeld, "\(client.errors)")
        let second = try await project.slt("bisect", "--good", repository.commits[0], "tests/a.test")
        second.expect(code: 3, "another bisect of it is at work (process \(client.pid))")
        Glibc.kill(client.pid, SIGINT)
        let ended = try await client.finish()
        #expect(ended.code == 130, "\(ended)")
        #expect(ended.errors.contains("bisect --host box --resume"), "\(ended)")
        let isQuiet = try await eventually { processes(naming: project.hostHome + "/work.bisect-").isEmpty && processes(naming: "build.sh").allSatisfy { !works(of: $0).hasPrefix(project.hostHome) } }
        #expect(isQuiet)
        #expect(try await repository.shell("git worktree list").split(separator: "\n").count == 1)
        let built = repository.builds
        #expect(Set(built).isSuperset(of: [0, 19]))
        repository.letGo()
        // What the user goes on with meanwhile is no part of it.
        try project.write("statement ok\nSELECT 1\n", to: "tests/a.test")
        let resumed = try await project.slt("bisect", "--resume", "--json")
        #expect(resumed.code == 0, "\(resumed)")
        #expect(try project.decode(Outcome.self, resumed).firstBad?.commit == repository.commits[9], "\(resumed)")
        #expect(resumed.errors.contains("2 verdicts known"), "\(resumed)")
        #expect(!repository.builds.dropFirst(built.count).contains { [0, 19].contains($0) })
        #expect(repository.leftovers.isEmpty)
    }

    @Test("runs that are under way are ended by Ctrl-C, and those of a killed client by the next one")
    func runs() async throws {
        let repository = try await BisectRepository(Self.answers(6, twoFrom: 3)), project = repository.project, hold = project.hostHome + "/hold-run"
        try Data().write(to: URL(filePath: hold))
        func queries() -> Int { ((try? String(contentsOfFile: project.hostHome + "/queries", encoding: .utf8)) ?? "").split(separator: "\n").count }
        func starting(_ arguments: [String]) async throws -> RunningProgram {
            let before = queries(), client = try project.start(["bisect"] + arguments)
            let isHeld = try await eventually(within: .patience) { queries() >= before + 2 }
            #expect(isHeld, "\(client.errors)")
            return client
        }
        let first = try await starting(["--good", repository.commits[0], "--jobs", "2", "--repeats", "0", "tests/a.test"])
        Glibc.kill(first.pid, SIGINT)
        let ended = try await first.finish()
        #expect(ended.code == 130, "\(ended)")
        #expect(project.runs().count == 2)
        for id in project.runs() {
            #expect(try project.runDirectory(id).status().phase == .finished)
            #expect(try await eventually { processes(naming: id).isEmpty })
        }
        let second = try await starting(["--resume"])
        Glibc.kill(second.pid, SIGKILL)
        _ = try await second.finish()
        #expect(try project.runs().count { try project.runDirectory($0).status().phase == .running } == 2)
        // It could use no workspace that a run is at work in.
        let third = try await starting(["--resume", "--json"])
        unlink(hold)
        let found = try await third.finish()
        #expect(found.code == 0, "\(found)")
        #expect(try project.decode(Outcome.self, found).firstBad?.commit == repository.commits[3], "\(found)")
        #expect(repository.leftovers.isEmpty)
    }

    @Test("what a killed one has left is cleaned away, given up, or taken over by the next one")
    func killed() async throws {
        let repository = try await BisectRepository(Self.answers(10, twoFrom: 9), isLocal: true), project = repository.project
        try repository.hold(1..<9)
        func killOne() async throws {
            let before = repository.builds.count
            let client = try project.start(["bisect", "--good", repository.commits[0], "--jobs", "2", "tests/a.test"])
            let isHeld = try await eventually(within: .patience) { repository.builds.count >= before + 4 }
            #expect(isHeld, "\(client.errors)")
            Glibc.kill(client.pid, SIGKILL)
            _ = try await client.finish()
        }
        try await killOne()
        #expect(try await repository.shell("git worktree list").split(separator: "\n").count > 1)
        // A dry run names the workspaces, and leaves them.
        let dry = try await project.slt("clean", "--dry-run")
        for number in 1...2 { #expect(dry.text.contains("workspace of an interrupted bisect") && dry.text.contains("\(project.workspace).bisect-\(number)\n"), "\(dry)") }
        #expect(FileManager.default.fileExists(atPath: project.workspace + ".bisect-1"))
        let isQuiet = try await eventually(within: .patience) { processes(naming: project.hostHome + "/work.bisect-").isEmpty }
        #expect(isQuiet)
        let cleaned = try await project.slt("clean", "--yes")
        #expect(cleaned.code == 0, "\(cleaned)")
        #expect(try await repository.shell("git worktree list").split(separator: "\n").count == 1)
        #expect(repository.leftovers.allSatisfy { !$0.contains(".bisect-") }, "\(repository.leftovers)")
        #expect(try await project.slt("clean").errors.contains("nothing to clean"))
        let given = try await project.slt("bisect", "--abort")
        #expect(given.code == 0, "\(given)")
        #expect(repository.leftovers.isEmpty)
        try await killOne()
        repository.letGo()
        let next = try await project.slt("bisect", "--good", repository.commits[0], "--json", "tests/a.test")
        #expect(next.code == 0, "\(next)")
        #expect(try project.decode(Outcome.self, next).firstBad?.commit == repository.commits[9], "\(next)")
        #expect(next.errors.contains("given up"), "\(next)")
        #expect(repository.leftovers.isEmpty)
        #expect(try await repository.shell("git worktree list").split(separator: "\n").count == 1)
    }

    @Test("runs and workspaces of a killed bisect are found and removed by clean, whether it can be resumed or is forgotten; one at work is left alone", arguments: [true, false])
    func cleaned(isForgotten: Bool) async throws {
        let repository = try await BisectRepository(Self.answers(6, twoFrom: 3), isLocal: true), project = repository.project
        #expect(try await project.slt("run").code == 1)
        let own = project.runs()
        try Data().write(to: URL(filePath: project.hostHome + "/hold-run"))
        let client = try project.start(["bisect", "--good", repository.commits[0], "--jobs", "2", "tests/a.test"])
        let isRunning = try await eventually(within: .patience) { project.runs().count == own.count + 2 }
        #expect(isRunning, "\(client.errors)")
        let alive = try await project.slt("clean", "--dry-run")
        #expect(!alive.text.contains("bisect"), "\(alive)")
        Glibc.kill(client.pid, SIGKILL)
        _ = try await client.finish()
        let folders = project.home + "/.local/share/slt-remote/bisect"
        if isForgotten { try FileManager.default.removeItem(atPath: folders) }

        let found = project.runs().filter { !own.contains($0) }
        let dry = try await project.slt("clean", "--dry-run")
        for run in found { #expect(dry.text.contains(run), "\(dry)") }
        #expect(dry.text.components("run of an interrupted bisect") == 2 && dry.text.components("workspace of an interrupted bisect") == 2, "\(dry)")
        for run in own { #expect(!dry.text.contains(run), "\(dry)") }
        #expect(project.runs().count == own.count + 2)
        // They are still at work: that ends with them.
        let cleaned = try await project.slt("clean", "--yes")
        #expect(cleaned.code == 0 && !cleaned.errors.contains("stays"), "\(cleaned)")
        #expect(project.runs() == own)
        #expect(repository.leftovers.allSatisfy { !$0.contains("/work.bisect-") }, "\(repository.leftovers)")
        #expect(FileManager.default.fileExists(atPath: project.workspace))
        unlink(project.hostHome + "/hold-run")
        guard !isForgotten else { return }
        let resumed = try await project.slt("bisect", "--resume", "--json")
        #expect(try project.decode(Outcome.self, resumed).firstBad?.commit == repository.commits[3], "\(resumed)")
        #expect(project.runs() == own)
    }

    @Test("a workspace that a forgotten bisect has left is cleared before something is built in it")
    func leftWorkspace() async throws {
        let repository = try await BisectRepository(Self.answers(10, twoFrom: 9), isLocal: true), project = repository.project
        try repository.hold(1..<9)
        let client = try project.start(["bisect", "--good", repository.commits[0], "--jobs", "2", "tests/a.test"])
        let isHeld = try await eventually(within: .patience) { repository.builds.count >= 4 }
        #expect(isHeld, "\(client.errors)")
        Glibc.kill(client.pid, SIGKILL)
        _ = try await client.finish()
        repository.letGo()
        let isQuiet = try await eventually(within: .patience) { processes(naming: project.hostHome + "/work.bisect-").isEmpty }
        #expect(isQuiet)
        let folders = project.home + "/.local/share/slt-remote/bisect"
        for name in try FileManager.default.contentsOfDirectory(atPath: folders) { try FileManager.default.removeItem(atPath: "\(folders)/\(name)/bisect.json") }
        #expect(FileManager.default.fileExists(atPath: project.workspace + ".bisect-1/built/answer"))
        try FileManager.default.removeItem(atPath: project.hostHome + "/builds")
        let next = try await project.slt("bisect", "--good", repository.commits[0], "--jobs", "2", "--json", "tests/a.test")
        #expect(next.code == 0, "\(next)")
        #expect(try project.decode(Outcome.self, next).firstBad?.commit == repository.commits[9], "\(next)")
        #expect(repository.firstBuilds == ["\(project.workspace).bisect-1": false, "\(project.workspace).bisect-2": false])
        // Only the forgotten bisect knew its runs.
        #expect(repository.leftovers == project.runs())
    }

    @Test("the revisions' own test files are used when that is asked for, and a record is found again on another line")
    func ownTests() async throws {
        let repository = try await BisectRepository(Self.answers(8, twoFrom: 5), isLocal: true), project = repository.project
        // From here on the file begins with a comment, and its expected result is the new one in the work tree alone.
        _ = try await repository.shell("printf '# a comment\\n\\n' | cat - tests/a.test > x; mv x tests/a.test; git commit -qam 'Move the record'; sed -i 's/^one$/two/' tests/a.test")
        let found = try await project.slt("bisect", "--good", repository.commits[0], "--tests-from-revision", "--json", "tests/a.test:6")
        #expect(found.code == 0, "\(found)")
        #expect(try project.decode(Outcome.self, found).firstBad?.commit == repository.commits[5], "\(found)")
        try await project.slt("bisect", "--good", repository.commits[0], "--json", "tests/a.test:6").expect(code: 2, "cannot bisect: ", "tests/a.test:6")
    }
}


/// The working folder of a process; nothing when it is gone.
private func works(of pid: Int32) -> String { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) ?? "" }
