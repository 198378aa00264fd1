import Fleet
import RemoteKit
import Testing

@Suite("Exit codes") struct ExitCodeTests {
    @Test("the numbers are those scripts rely on")
    func numbers() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 130])
    }

    @Test("a run's code follows from its counts", arguments: [
        ([.pass: 3], 3, .passed),
        ([.pass: 2, .skipped: 1], 3, .passed),
        ([.pass: 2, .untested: 1], 3, .incomplete),
        ([.pass: 2], 3, .incomplete),
        ([.pass: 4], 3, .incomplete),
        ([:], 0, .incomplete),
        ([.skipped: 3], 3, .incomplete),
        ([.pass: 1, .fail: 1, .untested: 1], 3, .testsFailed),
        ([.pass: 1, .fail: 1], 3, .testsFailed),
    ] as [([Outcome: Int], Int, ExitCode)])
    func codes(outcomes: [Outcome: Int], total: Int, code: ExitCode) {
        #expect(ExitCode.of(outcomes: outcomes, total: total) == code)
    }

    @Test("nothing but a pass counts as passed", arguments: Outcome.allCases)
    func onlyPass(outcome: Outcome) {
        let code = ExitCode.of(outcomes: [outcome: 2], total: 2)
        switch outcome {
        case .pass: #expect(code == .passed)
        case .blocked, .unsupported, .skipped, .untested: #expect(code == .incomplete)
        default: #expect(code == .testsFailed)
        }
    }

    @Test("an engine that cannot be used has a code of its own, unless tests failed or all was tested", arguments: [
        ([.untested: 3], .engine), ([.pass: 2, .untested: 1], .engine), ([.fail: 1, .untested: 2], .testsFailed), ([.pass: 3], .passed),
    ] as [([Outcome: Int], ExitCode)])
    func engine(outcomes: [Outcome: Int], code: ExitCode) {
        #expect(ExitCode.of(outcomes: outcomes, total: 3, obstacle: .engine) == code)
        #expect(ExitCode.of(outcomes: outcomes, total: 3, obstacle: .disk) != .engine)
    }
}
