import Fleet
@testable import RemoteKit
@testable import Reports
import Testing

@Suite("tables of the history") struct HistoryTablesTests {
    private static let tables = HistoryTables(style: Style(color: false, unicode: true, width: 300), now: 1_000_000)

    private static func run(_ number: Int, passed: Int, isFull: Bool = true) -> RunHistory.Run {
        RunHistory.Run(run: "r\(number)", host: "box", project: "db", engine: "sqlite", isFull: isFull, branch: "main", commit: "0123456789abcdef", dirty: number == 4 ? nil : number == 3,
                       startedAt: 1_000_000 - Double(10 - number) * 3600, wall: 60, ended: isFull ? "drained" : "stopped", total: 10, passed: passed, failed: 10 - passed,
                       keptOut: 0, untested: 0, flaky: number == 1 ? 2 : 0, folder: "/r/\(number)")
    }

    @Test("runs have a change against the full run before, and a trend")
    func runs() {
        let text = Self.tables.runs([Self.run(4, passed: 9), Self.run(3, passed: 1, isFull: false), Self.run(2, passed: 7), Self.run(1, passed: 8)], showsProject: false).text
        #expect(text == """
            run    age  host  branch  commit       files  passed  failed  kept out  untested    rate  change  \("")
            r4   6h00m  box   main    0123456789?     10       9       1         0         0  90.0 %      +2  \("")
            r3   7h00m  box   main    0123456789+     10       1       9         0         0  10.0 %       -  stopped
            r2   8h00m  box   main    0123456789      10       7       3         0         0  70.0 %      -1  \("")
            r1   9h00m  box   main    0123456789      10       8       2         0         0  80.0 %       -  2 flaky

            pass rate of 3 full runs: ▅▁█  (70.0 to 90.0 %)

            """)
    }

    @Test("hostile names stay on their line")
    func hostile() {
        let past = RunHistory.FilePast(file: "a\u{1B}[2J\n.test", project: "db", engine: "sqlite", identity: nil, sql: nil, runs: [
            .init(run: "r1", host: "box", isFull: true, branch: "x\ny", commit: nil, startedAt: 999_990, outcome: .fail, duration: 1, cpu: nil, errors: 2, message: "a\tb", record: nil, line: nil),
        ])
        #expect(Self.tables.past(past).text == """
            a\\e[2J\\n.test: failed in 1 of 1 full run

            run  age  branch  commit  outcome  time  CPU  errors  what
            r1   10s  x\\ny    -       failed   1.0s  -         2  a\\tb

            """)
    }

    @Test("nothing that failed, and nothing untested, are said in words")
    func empty() {
        #expect(Self.tables.failures(.init(run: "r1", groups: []), by: .kind).text == "no file failed in run r1\n")
        #expect(Self.tables.untested([], count: 0, run: "r1").text == "every file of the suite was tested in run r1\n")
    }

    @Test("messages that differ in numbers and quoted texts have one shape", arguments: [
        ("no such table: t12", "no such table: tN"), ("near \"FROM\": syntax error", "near \"…\": syntax error"), ("expected 12 rows, got 1.5e3", "expected N rows, got N"),
        ("can't open 'x' or 'y'", "can't open '…' or '…'"), ("", ""), ("it's \"open", "it's \"open"), ("timed out after 10.0 s", "timed out after N s"),
        ("N1 of table N2", "NN of table NN"), ("got 1.5e-3, not 2E+10", "got N, not N"), ("7f3a and 5e3a9", "N and N"), ("3 els", "N els"), ("1e- 2", "N- N"),
    ])
    func shapes(message: String, shape: String) {
        #expect(MessageShape.of(message) == shape)
    }
}
