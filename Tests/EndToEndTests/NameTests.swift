import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("files with names that hurt, and files that cannot be read")
struct NameTests {
    @Test("newlines, quotes, dashes, a backslash and bytes that are not UTF-8 survive the sync, the run and the reports")
    func names() async throws {
        let project = try await Project("[suite]\nfiles = [\"tests/**/*.test\"]\n[run]\nworkers = 2\n")
        let names = ["a\nb.test", "quote'\"`$(touch x).test", "-rf.test", "back\\slash.test", " space .test", "*?[.test", "é.test"]
        let bad = "query I\nSELECT 1\n----\n2\n"
        for name in names { try project.write(bad, to: "tests/\(name)") }
        let raw: [CChar] = (project.source + "/tests/").utf8.map { CChar(bitPattern: $0) } + [-1, -2, 0x2E, 0x74, 0x65, 0x73, 0x74, 0]
        let descriptor = open(raw, O_WRONLY | O_CREAT, 0o644)
        #expect(write(descriptor, bad, bad.utf8.count) == bad.utf8.count)
        close(descriptor)

        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("8 of 8 files failed"), "\(run)")
        #expect(!run.text.contains("a\nb"), "\(run)")
        #expect(run.text.contains("quote'"), "\(run)")
        #expect(run.text.contains("-rf.test:4: "), "\(run)")
        let records = try project.records(try #require(project.runs().first), count: 8)
        #expect(Set(records.map(\.file)).isSuperset(of: names.map { "tests/" + $0 }))
        #expect(records.allSatisfy { $0.outcome == .fail && $0.tests == 1 })

        let one = try await project.slt("run", "tests/-rf.test", "tests/a\nb.test")
        #expect(one.code == 1, "\(one)")
        #expect(one.text.contains("2 of 2 files failed"), "\(one)")
        let dry = try await project.slt("sync", "--dry-run")
        #expect(dry.code == 0, "\(dry)")
        #expect(dry.output.isEmpty, "\(dry)")
    }

    @Test("a dangling link in the suite is unreadable: counted, named, and a failure")
    func unreadable() async throws {
        let project = try await Project(files: ["tests/a.test": passingFile], "[suite]\nfiles = [\"tests/*.test\"]\n")
        try FileManager.default.createSymbolicLink(atPath: project.source + "/tests/gone.test", withDestinationPath: "nowhere.test")
        try FileManager.default.createDirectory(atPath: project.source + "/tests/folder.test", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: project.source + "/tests/loop.test", withDestinationPath: "loop.test")
        let run = try await project.slt("run")
        #expect(run.code == 1, "\(run)")
        #expect(run.text.contains("2 of 3 files failed"), "\(run)")
        #expect(run.text.contains("unreadable"), "\(run)")
        let records = try project.records(try #require(project.runs().first), count: 3)
        #expect(records.filter { $0.outcome == .unreadable }.map(\.file).sorted() == ["tests/gone.test", "tests/loop.test"])
        #expect(records.filter { $0.outcome == .unreadable }.allSatisfy { $0.message?.isEmpty == false })
    }

    @Test("a suite file that is garbage, empty, or without an end of line is judged and does no harm")
    func garbage() async throws {
        let noise = String(decoding: (0..<5000).map { _ in UInt8.random(in: 0...255) }, as: UTF8.self)
        let project = try await Project(
            files: ["tests/noise.test": noise, "tests/empty.test": "", "tests/open.test": "query I\nSELECT 1\n----\n1"],
            "[suite]\nfiles = [\"tests/*.test\"]\n")
        let run = try await project.slt("run")
        #expect([0, 1].contains(run.code), "\(run)")
        let records = try project.records(try #require(project.runs().first), count: 3)
        #expect(records.first { $0.file == "tests/open.test" }?.outcome == .pass)
        let empty = try #require(records.first { $0.file == "tests/empty.test" })
        #expect(empty.outcome == .skipped)
        #expect(empty.message == "it has no tests")
    }
}
