import Fleet
@testable import RemoteKit
import TestSupport
import Testing

@Suite("known failures taken over from a run") struct KnownFailuresUpdateTests {
    private let root: TemporaryFolder

    init() throws { root = try TemporaryFolder() }

    private func run(_ records: [FileRecord], _ id: String = "20260615-100000.000001-aaaa") throws -> RunFolder { try WrittenRun(id, records).write(to: root) }

    private let good = FileRecord.passed("good.test")

    @Test("what failed is listed, judges the same run as passed, and a second update changes nothing")
    func whole() throws {
        let folder = try run([good, .failed("a.test", .of("x", line: 10), .of("y", line: 20, kind: .rowOrder), .of("z", line: 30, causedBy: 10)), .ended("b.test", .timeout, "after 5 s")])
        var file = KnownFailuresFile()
        let change = try file.update(from: folder)
        #expect(change == KnownFailuresFile.Change(added: 3))
        #expect(try folder.judgement(by: file.list).exitCode == .passed)
        let text = file.text()
        var again = try KnownFailuresFile.parse(text, name: "k")
        #expect(try again.update(from: folder) == KnownFailuresFile.Change(kept: 3))
        #expect(again.text() == text)
        #expect(text.contains("#: a.test:10: SELECT x\n[[failure]]\nfile = \"a.test\"\nrecord = { sql = \"x\", occurrence = 1 }\nkind = \"wrong-rows\"\nreason = \"\"\n"), "\(text)")
        #expect(text.contains("#: b.test: after 5 s\n[[failure]]\nfile = \"b.test\"\noutcome = \"timeout\"\n"), "\(text)")
    }

    @Test("reasons, issues, days and comments of entries that stay are kept, also when lines move; new ones get what is asked for")
    func keeps() throws {
        var file = try KnownFailuresFile.parse("""
            # since the rewrite
            #: a.test:10: SELECT x
            [[failure]]
            file = "a.test"
            record = { sql = "x", occurrence = 1 }
            kind = "wrong-rows"
            reason = "because"
            issue = "link"
            expires = 2030-01-01
            """, name: "k")
        var new = KnownFailuresFile.NewEntries()
        (new.reason, new.expires) = ("new one", "2029-01-01")
        let change = try file.update(from: try run([good, .failed("a.test", .of("x", line: 99), .of("y", line: 120))]), new)
        #expect(change == KnownFailuresFile.Change(added: 1, kept: 1))
        let text = file.text()
        #expect(text.contains("# since the rewrite\n#: a.test:99: SELECT x\n[[failure]]"), "\(text)")
        #expect(text.contains("reason = \"because\"\nissue = \"link\"\nexpires = 2030-01-01\n"), "\(text)")
        #expect(text.contains("reason = \"new one\"\nexpires = 2029-01-01\n"), "\(text)")
    }

    @Test("what holds is removed, what fails in another way is replaced without its reason, what was not reached stays")
    func changes() throws {
        var file = KnownFailuresFile()
        _ = try file.update(from: try run([.failed("a.test", .of("x", line: 10), .of("y", line: 20)), .failed("b.test", .of("z", line: 1)), .failed("gone.test", .of("g", line: 1))]))
        for index in file.entries.indices { file.entries[index].failure.reason = "old" }
        let later = try run([good, .failed("a.test", .of("y", line: 20, kind: .unexpectedError)), .ended("b.test", .untested)], "20260616-100000.000001-aaaa")
        let change = try file.update(from: later)
        #expect(change == KnownFailuresFile.Change(removed: 1, changed: 1, kept: 2, notReached: 2))
        #expect(file.list.failures.map(\.file).sorted() == ["a.test", "b.test", "gone.test"])
        let replaced = try #require(file.list.failures.first { $0.file == "a.test" })
        #expect(replaced.kind == .unexpectedError && replaced.reason == nil)
    }

    @Test("an entry whose day is over stays as it is, and is told; failures that no record names cannot be listed")
    func expired() throws {
        var file = KnownFailuresFile()
        var new = KnownFailuresFile.NewEntries()
        new.expires = "2026-01-01"
        _ = try file.update(from: try run([.failed("a.test", .of("x", line: 10), errors: 4)]), new)
        let change = try file.update(from: try run([.failed("a.test", .of("x", line: 10), errors: 4)]))
        #expect(change == KnownFailuresFile.Change(kept: 1, expired: 1, unnamed: 3))
    }

    @Test("files that are kept out are pinned when asked for, and from then on kept up to date")
    func pins() throws {
        let odd = FileRecord.ended("odd[1].test", .skipped, "no tests"), blocked = FileRecord.ended("slow/a.test", .blocked, "slow")
        var file = KnownFailuresFile()
        #expect(try file.update(from: try run([good, odd, blocked])) == KnownFailuresFile.Change())
        var new = KnownFailuresFile.NewEntries()
        new.pins = true
        let folder = try run([good, odd, blocked])
        #expect(try file.update(from: folder, new).pinned == 2)
        #expect(try folder.judgement(by: file.list).exitCode == .passed)
        file = try KnownFailuresFile.parse(file.text(), name: "k")
        #expect(Set(file.list.pinned) == [.blocked, .unsupported, .skipped])
        let later = try run([good, .passed("odd[1].test"), blocked, .ended("new.test", .unsupported, "needs x")], "20260616-100000.000001-aaaa")
        #expect(try later.judgement(by: file.list).unexpectedSkips.map(\.path) == ["new.test"])
        let change = try file.update(from: later)
        #expect(change.pinned == 1 && change.unpinned == 1)
        #expect(try later.judgement(by: file.list).exitCode == .passed)
    }

    @Test("a list of a thousand entries is read, written and judged")
    func long() throws {
        let records = (0..<1000).map { FileRecord.failed("tests/\($0).test", .of("q\($0)", line: 5)) } + [good]
        let folder = try run(records)
        var file = KnownFailuresFile()
        #expect(try file.update(from: folder).added == 1000)
        let again = try KnownFailuresFile.parse(file.text(), name: "k")
        #expect(try folder.judgement(by: again.list).exitCode == .passed)
        #expect(again.text() == file.text())
    }
}
