import Fleet
import FoundationEssentials
import Glibc
import RemoteKit
import TestSupport
import Testing

@Suite("runs that are passed on, fetched early, and pruned")
struct BundleTests {
    private struct Fetched: Decodable {
        var run: String
        var folder: String
        var phase: RunStatus.Phase
        var end: RunEnd?
        var bundle: String?
    }

    @Test("a bundle is read by somebody who has neither the host nor the results, and compared with another")
    func passedOn() async throws {
        let project = try await Project("[suite]\nfiles = [\"tests/**/*.test\"]\n", isLocal: true)
        try await project.generate(files: 6)
        #expect(try await project.slt("run").code == 0)
        #expect(try await project.slt("fetch", "--bundle", "one.tar.zst").code == 0)
        try project.write("statement ok\nSELECT * FROM nowhere\n", to: "tests/new.test")
        #expect(try await project.slt("run").code == 1)
        let second = try project.decode(Fetched.self, try await project.slt("fetch", "--bundle", "two.tar.zst", "--json"))
        #expect(second.bundle == project.source + "/two.tar.zst")
        #expect(second.phase == .finished && second.end == .drained)
        let friend = try await Project(isLocal: true)
        for name in ["one", "two"] {
            try FileManager.default.copyItem(atPath: "\(project.source)/\(name).tar.zst", toPath: "\(friend.source)/\(name).tar.zst")
        }
        let compared = try await friend.slt("compare", "one.tar.zst", "two.tar.zst")
        #expect(compared.text.contains("tests/new.test"), "\(compared)")
        let report = try await friend.slt("report", "two.tar.zst")
        #expect(report.code == 0 && report.text.contains("tests/new.test:1: "), "\(report)")
        #expect(!"\(report)".contains("slt-remote-bundle-"), "what was unpacked is gone: \(report)")
        #expect(try await friend.slt("history", "import", "one.tar.zst", "two.tar.zst").code == 0)
        let runs = try await friend.slt("history", "--all", "--json")
        #expect(runs.text.split(separator: "\n").count == 2 && runs.text.contains("\"folder\":\"\(friend.source)/two.tar.zst\""), "\(runs)")
        #expect(runs.text.contains("\"host\":\"local\""), "\(runs)")
        let rebuilt = try await RunningProgram.run([Programs.client, "history", "rebuild"], environment: friend.environment, in: friend.home)
        #expect(rebuilt.code == 0 && rebuilt.errors.contains("2 runs read"), "\(rebuilt)")
        #expect(try await friend.slt("history", "--all", "--json").text == runs.text)
        try Data("no bundle".utf8).write(to: URL(filePath: friend.source + "/bad.tar.zst"))
        try await friend.slt("compare", "one.tar.zst", "bad.tar.zst").expect(code: 2, "cannot read the bundle", "bad.tar.zst")
    }

    @Test("a bundle that cannot be written is refused before anything is fetched")
    func refused() async throws {
        let project = try await Project(files: ["a.test": passingFile], "[suite]\nfiles = [\"*.test\"]\n", isLocal: true)
        #expect(try await project.slt("run").code == 0)
        try await project.slt("fetch", "--bundle", "run.zip").expect(code: 2, "must end in .tar.zst")
        try await project.slt("fetch", "--bundle", "none/run.tar.zst").expect(code: 2, "there is no folder")
    }

    @Test("a run that goes on, was interrupted or stopped can be fetched at any time, says so, and has what there is")
    func early() async throws {
        let project = try await Project(files: Gate.files(3).merging(["tests/now.test": "x"]) { $1 }.merging(
            ["wait.sh": "case $1 in *now*) exit 0;; esac; while [ ! -e \"${1%/*}/../open\" ]; do sleep 0.02; done\n"]) { $1 }, Gate.settings(), isLocal: true)
        #expect(try await project.slt("run", "--detach", "--order", "name").code == 0)
        try await project.status { $0.running == 2 }
        let id = try #require(project.runs().first)
        let live = try await project.slt("fetch", "--json", "--bundle", "live.tar.zst")
        #expect(try project.decode(Fetched.self, live).phase == .running)
        #expect(live.errors.contains("has not ended"), "\(live)")
        #expect(try RunFolder(path: "\(project.results)/\(id)").summary == nil)
        #expect(try RunFolder(path: project.source + "/live.tar.zst").spec.id == id)
        for pid in processes(naming: try project.runDirectory(id).path) { Glibc.kill(pid, SIGKILL) }
        try await project.status { $0.phase == .interrupted }
        let crashed = try await project.slt("fetch", "--json")
        #expect(try project.decode(Fetched.self, crashed).phase == .interrupted)
        #expect(crashed.errors.contains("was interrupted") && crashed.errors.contains("--resume"), "\(crashed)")
        let resumed = try project.start(["run", "--resume", id])
        try await project.status { $0.phase == .running && $0.running == 2 }
        _ = try await project.slt("stop", "--now")
        _ = try await resumed.finish()
        let stopped = try await project.slt("fetch", "--json")
        #expect(try project.decode(Fetched.self, stopped).end == .stopped)
        #expect(stopped.errors.contains("was stopped"), "\(stopped)")
        try project.openGate()
        let end = try await project.slt("run", "--resume", id)
        #expect(end.code == 0, "\(end)")
        _ = try project.records(id, count: 4)
        #expect(!project.exists("\(project.results)/\(id)/results"))
    }

    @Test("a fetch that is cut ten times at random places, and completed, leaves the same as one that was not")
    func cut() async throws {
        let project = try await Project("[suite]\nfiles = [\"tests/**/*.test\"]\n", isLocal: true)
        try await project.generate(files: 300, failures: 20)
        _ = try await project.slt("run")
        let id = try #require(project.runs().first)
        #expect(try await project.slt("fetch", id, "--to", "whole").code == 0)
        let whole = project.source + "/whole/" + id, cut = project.source + "/cut/" + id
        let names = { (folder: String) in below(folder).map { String($0.dropFirst(folder.count)) }.filter { !$0.hasSuffix("/.fetched") }.sorted() }
        var random = SeededRandom(7), cuts = 0
        for _ in 0..<200 where cuts < 10 {
            // As many files have come, or more, from an earlier one.
            let wanted = random.below(names(whole).count)
            let client = try project.start(["fetch", id, "--to", "cut"])
            var agents: [Int32] = []
            #expect(try await eventually(every: .milliseconds(1)) {
                agents = names(cut).count < wanted ? [] : processes(naming: project.state).filter { project.isAgent($0) }
                return client.hasEnded || !agents.isEmpty
            })
            for pid in agents { Glibc.kill(pid, SIGKILL) }
            if random.below(2) == 0 { client.signal(SIGKILL) }
            if try await client.finish().code != 0 { cuts += 1 } else { try FileManager.default.removeItem(atPath: cut) }
        }
        #expect(cuts == 10, "the others came through")
        let last = try await project.slt("fetch", id, "--to", "cut")
        #expect(last.code == 0, "\(last)")
        #expect(names(cut) == names(whole))
        for name in names(whole) { #expect(FileManager.default.contents(atPath: cut + name) == FileManager.default.contents(atPath: whole + name), "\(name)") }
    }

    @Test("prune keeps the latest runs, leaves what is not at home or in use, and keeps a record of what it packs")
    func pruned() async throws {
        let project = try await Project(files: ["a.test": passingFile], "[suite]\nfiles = [\"*.test\"]\n", isLocal: true)
        for _ in 0..<4 { #expect(try await project.slt("run").code == 0) }
        let runs = project.runs()
        // The second has never come home.
        try FileManager.default.removeItem(atPath: "\(project.results)/\(runs[1])")
        let dry = try await project.slt("prune", "--keep", "1", "--older-than", "0", "--dry-run")
        #expect(dry.code == 0, "\(dry)")
        #expect(dry.text.contains("would remove 2 runs"), "\(dry)")
        #expect(project.runs() == runs)
        let young = try await project.slt("prune", "--keep", "1")
        #expect(young.errors.contains("no run is old enough"), "\(young)")
        let pruned = try await project.slt("prune", "--keep", "1", "--older-than", "0")
        #expect(pruned.code == 0, "\(pruned)")
        #expect(pruned.text.contains("kept \(runs[1]) on local: it is not at home as it ended"), "\(pruned)")
        #expect(project.runs() == [runs[1], runs[3]])
        for (index, isPruned) in [(0, true), (2, true), (3, false)] {
            let folder = try RunFolder(path: "\(project.results)/\(runs[index])")
            #expect(folder.isPruned == isPruned)
            var files: [String] = []
            try folder.forEachRecord { files.append($0.file); return true }
            #expect(files == ["a.test"])
        }
        #expect(try await project.slt("prune", "--keep", "1", "--older-than", "0", "--unfetched", "--json").code == 0)
        #expect(project.runs() == [runs[3]])
        #expect(try await project.slt("run").code == 0)
    }

    @Test("clean shows what is not needed, removes it when it may, and leaves sources, runs and results")
    func cleaned() async throws {
        let project = try await Project(files: ["a.test": passingFile], "[suite]\nfiles = [\"*.test\"]\n", isLocal: true)
        #expect(try await project.slt("run").code == 0)
        let old = project.state + "/agents/" + String(repeating: "0", count: 64)
        try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
        try Data("old".utf8).write(to: URL(filePath: old + "/slt-worker"))
        let dry = try await project.slt("clean", "--dry-run")
        #expect(dry.code == 0 && dry.text.contains(old) && project.exists(old), "\(dry)")
        let silent = try await project.slt("clean")
        #expect(silent.code == 2 && silent.errors.contains("--yes") && project.exists(old), "\(silent)")
        let done = try await project.slt("clean", "--yes")
        #expect(done.code == 0 && !project.exists(old), "\(done)")
        #expect(project.exists(project.workspace + "/a.test"))
        #expect(project.runs().count == 1)
        #expect(try await project.slt("clean").errors.contains("nothing to clean"))
    }

    @Test("a run of 300 files takes at most 300 KB on the host once it has ended")
    func small() async throws {
        let project = try await Project("[suite]\nfiles = [\"tests/**/*.test\"]\n", isLocal: true)
        try await project.generate(files: 300, failures: 3)
        #expect(try await project.slt("run", "--workers", "16").code == 1)
        let path = try project.runDirectory(try #require(project.runs().first)).path
        let blocks = ([path] + below(path) + [path + "/logs"]).reduce(0) { sum, name in
            var info = stat()
            return lstat(name, &info) == 0 ? sum + Int(info.st_blocks) * 512 : sum
        }
        #expect(blocks <= 300 * 1024, "\(blocks)")
    }
}
