import AgentProtocol
import Fleet
import Platform
@testable import RemoteKit
@testable import Reports
import Testing

@Suite("terminals") struct TerminalTests {
    @Test("columns count cells, not characters")
    func columns() {
        #expect(Columns.width("日本") == 4)
        #expect(Columns.width("e\u{301}") == 1)
        #expect(Columns.cut("日本語", 5) == "日本…")
        #expect(Columns.cutStart("a/日本語", 4) == "…語")
        #expect(Columns.left("ab", 4) == "ab  ")
        #expect(Columns.right("ab", 4) == "  ab")
        #expect(Columns.cut("ab", 0) == "")
    }

    @Test("a bar is full and empty only when it is true")
    func bars() {
        let style = Style(unicode: false)
        #expect(style.bar(0, width: 4) == "....")
        #expect(style.bar(0.001, width: 4) == "#...")
        #expect(style.bar(0.999, width: 4) == "###.")
        #expect(style.bar(1, width: 4) == "####")
        #expect(style.bar(.nan, width: 4) == "....")
        #expect(style.cell(7) == "9")
    }

    @Test("NO_COLOR, a dumb terminal and a file have no colour")
    func color() {
        func style(_ environment: [String: String], terminal: Bool = true) -> Style {
            Style(isTerminal: terminal, width: 100, height: 30, environment: environment)
        }
        #expect(style(["LANG": "en_US.UTF-8", "TERM": "xterm"]) == Style(color: true, unicode: true, width: 100, height: 30))
        #expect(!style(["NO_COLOR": "1", "TERM": "xterm"]).color)
        #expect(style(["NO_COLOR": "", "TERM": "xterm"]).color)
        #expect(!style(["TERM": "dumb"]).color)
        #expect(!style([:]).color)
        #expect(style([:], terminal: false) == Style(unicode: false, width: 1000))
        #expect(style(["COLUMNS": "132"]).width == 132)
        #expect(style(["COLUMNS": "132"], terminal: false).width == 132)
        #expect(style(["COLUMNS": "x"]).width == 100)
        #expect(!style(["LC_ALL": "C", "LANG": "en_US.UTF-8"]).unicode)
    }

    @Test("colour is around failures and nowhere without it")
    func paint() {
        let screen = StatusScreen(status: Samples.status(workers: Samples.workers(3)), sample: Samples.host(), host: "h\u{1B}[2J", now: Samples.start)
        #expect(screen.text(Style(color: true)).contains("\u{1B}[31mfailed 2\u{1B}[0m"))
        #expect(!screen.text(Style()).contains("\u{1B}"))
    }

    @Test("the screen never leaves its room", arguments: [20, 40, 59, 60, 80, 132, 300], [5, 10, 24, 50])
    func room(width: Int, height: Int) {
        var status = Samples.status(queued: 1, workers: Samples.workers(70))
        status.workers[3].file = "日本\u{1B}[2J\n" + String(repeating: "語", count: 200)
        status.outcomes = Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0, 1_000_000) })
        let style = Style(width: width, height: height)
        for sample in [nil, Samples.host(cores: 0), Samples.host(cores: 700, cpu: 0.1)] {
            let lines = StatusScreen(status: status, mode: .soak, sample: sample, host: "sandbox", now: Samples.start + 9).lines(style)
            #expect(lines.count <= height)
            #expect(lines.allSatisfy { Columns.width($0) <= width && !$0.contains("\u{1B}") && !$0.contains("\n") })
        }
        #expect(Columns.width(ProgressLine.text(status, sample: nil, now: Samples.start, style: Style(width: max(40, width)))) <= max(40, width))
    }

    @Test("absurd figures of a host end nothing", arguments: [Int.min, -1, Int.max])
    func absurd(figure: Int) throws {
        var status = Samples.status(total: figure, queued: figure, running: figure,
                                    outcomes: Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0, figure) }),
                                    wanted: figure, workers: [WorkerStatus(slot: figure, pid: .min, state: .running, line: figure,
                                                                           elapsed: -.infinity, cpu: .nan, rss: figure)],
                                    timeLeft: .nan, finishedAfter: -1e308, restarts: figure, utilisation: .infinity)
        status.tests = figure
        var sample = HostSample(time: .nan, cores: [.nan, .infinity], load: [.nan], memoryTotal: figure, memoryAvailable: figure, processes: figure)
        let hostile = FileRecord(id: figure, file: "", outcome: .fail, errors: figure, finishedAt: .nan,
                                failures: [RecordFailure(line: figure, message: "", sql: "", expected: "", actual: "")])
        // As they come out of the protocol.
        (status, sample) = (try status.checked(), sample.checked())
        let record = hostile.checked()
        #expect(ExitCode.of(status) != .passed)
        #expect(!RunReport(status: status, failures: [ReportedFile(record)], host: "").text(Style(), now: .nan).isEmpty)
        #expect(!StatusScreen(status: status, sample: sample, host: "", now: .infinity).text(Style()).isEmpty)
        #expect(!ProgressLine.text(status, sample: sample, now: .nan, style: Style()).isEmpty)
        #expect(!RunsTable.text([status], now: .nan, style: Style()).isEmpty)
    }
}
