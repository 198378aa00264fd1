import Fleet
import FoundationEssentials
@testable import RemoteKit
import TestSupport
import Testing

@Suite("the file of known failures") struct KnownFailuresFileTests {
    private func parse(_ text: String) throws -> KnownFailuresFile { try KnownFailuresFile.parse(text, name: "known.toml") }

    private let sample = """
        # Ours: ask Kim before adding one.

        pinned = ["skipped"]

        # Waits for the new planner.
        #: tests/a.test:12: SELECT 1
        [[failure]]
        file = "tests/a.test"
        record = { sql = "0123456789abcdef", occurrence = 2 }
        kind = "wrong-rows"
        reason = "planner"
        issue = "https://example.org/1"
        expires = 2026-12-31

        [[failure]]
        file = "tests/big.test"
        outcome = "timeout"
        reason = ""

        [[blocked]]
        files = "**/select5.test"
        reason = "needs 70 GB"
        """

    @Test("all that it says is read")
    func read() throws {
        let list = try parse(sample).list
        #expect(list.failures == [
            KnownFailure(file: "tests/a.test", record: RecordIdentity(digest: "0123456789abcdef", occurrence: 2), kind: .wrongRows, reason: "planner", issue: "https://example.org/1",
                         expires: "2026-12-31"),
            KnownFailure(file: "tests/big.test", outcome: .timeout),
        ])
        #expect(list.keptOut == [PinnedFiles(files: "**/select5.test", outcome: .blocked, reason: "needs 70 GB")])
        #expect(list.pinned == [.blocked, .skipped])
        #expect(try parse("").list.isEmpty)
    }

    @Test("what is written is read as it was, with the user's comments, and is the same text again")
    func roundTrip() throws {
        let file = try parse(sample), text = file.text(), again = try parse(text)
        #expect(again.list == file.list)
        #expect(again.text() == text)
        for line in ["# Ours: ask Kim before adding one.", "# Waits for the new planner.\n#: tests/a.test:12: SELECT 1\n[[failure]]"] { #expect(text.contains(line), "\(text)") }
    }

    @Test("names, reasons and SQL of any kind come back as they are", arguments: ["a\"b\\c.test", "a\nb.test", "[[failure]]", "#: x", "ä\u{202E}\u{1B}[2J", "'''", "\u{0}x", " "])
    func odd(text: String) throws {
        var file = KnownFailuresFile()
        let failure = KnownFailure(file: "d/" + text, record: RecordIdentity(digest: "d" + text, occurrence: 1), kind: .other, reason: "r" + text, issue: "i" + text)
        let finding = Judgement.Finding(file: "d/" + text, line: 3, outcome: .fail, message: text, sql: "SELECT '\(text)'")
        file.entries = [.init(failure: failure, whereabouts: KnownFailuresFile.whereabouts(finding))]
        guard !text.contains("\u{0}") else {
            // A parser that ends texts at a NUL must not make another entry of it.
            #expect(try parse(file.text()).entries.count == 1)
            return
        }
        let again = try parse(file.text())
        #expect(again.entries.map(\.failure) == [failure])
        #expect(again.text() == file.text())
    }

    @Test("each mistake is named with its line", arguments: [
        ("[[failure]]\nfile = \"a\"\nrecord = { sql = \"x\", occurrence = 1 }\nkind = \"wrong-row\"", "known.toml:4: 'kind' must be", "did you mean 'wrong-rows'?"),
        ("[[failure]]\nfile = \"a\"\noutcome = \"pass\"", "known.toml:3: 'outcome' must be", "\"timeout\""),
        ("[[failure]]\nfile = \"a\"", "known.toml:1: the entry of 'a' needs 'record' and 'kind', or 'outcome'", ""),
        ("[[failure]]\nfile = \"a\"\nrecord = { sql = \"x\", occurrence = 1 }", "known.toml:1: an entry with 'record' needs 'kind'", ""),
        ("[[failure]]\noutcome = \"fail\"", "known.toml:1: an entry has no 'file'", ""),
        ("\n[[failures]]\nfile = \"a\"", "known.toml:2: unknown key 'failures'", "did you mean 'failure'?"),
        ("[[failure]]\nfile = \"a\"\noutcome = \"fail\"\nexpire = 2026-01-01", "known.toml:4: unknown key 'expire'", "did you mean 'expires'?"),
        ("[[failure]]\nfile = \"a\"\noutcome = \"fail\"\nexpires = \"soon\"", "known.toml:4: 'expires' must be a date", "2026-12-31"),
        ("[[failure]]\nfile = \"a\"\noutcome = \"fail\"\nexpires = \"2026-02-30\"", "known.toml:4: 'expires' must be a date", ""),
        ("[[failure]]\nfile = \"a\"\nrecord = { sql = \"x\", occurrence = 0 }\nkind = \"other\"", "known.toml:3: 'record.occurrence' must be", ""),
        ("[[failure]]\nfile = \"a\"\nrecord = \"x\"\nkind = \"other\"", "known.toml:3: 'record' must be a table", ""),
        ("[[failure]]\nfile = \"a\"\noutcome = \"timeout\"\nrecord = { sql = \"x\", occurrence = 1 }\nkind = \"other\"", "known.toml:1: 'record' and the outcome", ""),
        ("[[failure]]\nfile = \"a\"\noutcome = \"fail\"\n[[failure]]\nfile = \"a\"\noutcome = \"fail\"", "known.toml:4: the failure is known already, by known.toml:1", ""),
        ("[[blocked]]\nfiles = \"a[\"", "known.toml:2: 'files': cannot use the glob", ""),
        ("pinned = [\"failed\"]", "known.toml:1: 'pinned' must be", ""),
        ("failure = 3", "known.toml:1: 'failure' must be a list of tables", ""),
        ("[[failure]\nfile = 1", "known.toml:1:", "cannot parse"),
        ("[[failure]]\nfile = 3\noutcome = \"fail\"", "known.toml:2: 'file' must be a string, not an integer", ""),
    ])
    func mistakes(text: String, place: String, words: String) {
        let error = #expect(throws: ConfigurationError.self) { try parse(text) }
        #expect(error?.description.contains(place) == true, "\(String(describing: error))")
        #expect(error?.description.contains(words) == true || words.isEmpty, "\(String(describing: error))")
    }

    @Test("a file that is not there is told apart from one that cannot be read, and a link is written through")
    func disk() throws {
        let folder = try TemporaryFolder()
        #expect(try KnownFailuresFile.read(folder.file("none.toml")) == nil)
        #expect(throws: ConfigurationError.self) { try KnownFailuresFile.read(folder.path) }
        try Data([0xFF, 0xFE]).write(to: URL(filePath: folder.file("binary.toml")))
        #expect(throws: ConfigurationError.self) { try KnownFailuresFile.read(folder.file("binary.toml")) }
        try folder.write("", to: "there/real.toml")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link.toml"), withDestinationPath: "there/real.toml")
        try parse(sample).write(folder.file("link.toml"))
        #expect(try KnownFailuresFile.read(folder.file("there/real.toml"))?.entries.count == 2)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.toml")) == "there/real.toml")
        #expect(throws: RemoteError.self) { try parse(sample).write(folder.file("no/such/folder.toml")) }
    }

    @Test("what a person should mend is found without a run")
    func faults() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "tests/a.test")
        let faults = try parse(sample).faults(now: 1_800_000_000, source: folder.path)
        #expect(faults.map(\.kind) == [.expired, .unexplained, .missingFile])
        try folder.write("", to: "tests/new\nline.test")
        let other = "[[failure]]\nfile = 'tests/new\\nline.test'\nkind = 'wrong-rows'\nreason = 'why'\nrecord = { sql = '0123456789abcdef', occurrence = 1 }\n"
        #expect(try parse(other).faults(now: 0, source: folder.path).isEmpty, "records have the name without the line break")
        #expect(faults.map(\.place) == ["known.toml:7", "known.toml:15", "known.toml:15"])
    }

    @Test("days are days", arguments: [("2026-12-31", true), ("2024-02-29", true), ("2026-02-29", false), ("2026-13-01", false), ("2026-1-1", false), ("2026-00-10", false), ("", false), ("20２6-01-01", false)])
    func days(text: String, isDay: Bool) { #expect(CalendarDay.isValid(text) == isDay) }

    @Test("the day of a run is in its name, or in the time when it was started")
    func dayOfRun() {
        #expect(CalendarDay.of(run: "20261121-013000.123456-k3f9") == "2026-11-21")
        #expect(CalendarDay.of(run: "r-1") == nil)
        #expect(CalendarDay.of(run: "20261341-x") == nil)
        #expect(CalendarDay.of(1_700_000_000) == "2023-11-14")
        #expect(CalendarDay.of(.nan) == "1970-01-01")
    }
}
