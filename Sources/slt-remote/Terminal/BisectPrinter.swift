import Platform
import RemoteKit
import Reports
import Synchronization

/// Shows on stderr how far a bisect is: a line for each round and each verdict, one rewritten line for what is being done.
final class BisectPrinter: Sendable {
    private struct State {
        /// What is being done with each revision.
        var steps: [String: String] = [:]
        /// The last lines that each build printed.
        var lines: [String: [String]] = [:]
    }

    private let host: String
    private let state = Mutex(State())
    private static let linesKept = 5

    init(host: String, commands: CommandWords) {
        self.host = host
        Interruption.leaveWord("interrupted; nothing runs on \(host) any more. What is known is kept; go on with: \(commands.text("bisect", "--resume"))")
    }

    func callAsFunction(_ event: BisectEvent) {
        let terminal = Terminal.shared
        switch event {
        case .planned(let commits, let known, let builds):
            terminal.say("bisecting \(Human.count(commits, "commit")) on \(host)\(known > 0 ? ", \(Human.count(known, "verdict")) known" : ""): \(BisectReport.effort(commits: commits, builds: builds))")
        case .makingWorkspaces(let count): terminal.progress("making \(Human.count(count, "workspace")) on \(host)")
        case .round(let number, let commits, let left):
            terminal.say("round \(number): \(Human.count(left, "commit")) left, trying \(commits.map { String($0.prefix(10)) }.joined(separator: ", "))")
        case .step(let commit, let step):
            state.withLock { state in
                state.steps[commit] = BisectReport.words(step)
                if step == .rebuilding { state.lines[commit] = nil }
            }
            if step == .rebuilding { terminal.say("\(commit.prefix(10)) does not build on what was built before; building it from nothing") }
            showSteps()
        case .buildLine(let commit, let line):
            state.withLock { state in state.lines[commit] = ((state.lines[commit] ?? []) + [line]).suffix(Self.linesKept) }
        case .judged(let trial, let description):
            let lines = state.withLock { state in
                state.steps[trial.commit] = nil
                return state.lines.removeValue(forKey: trial.commit) ?? []
            }
            terminal.say(BisectReport.line(trial, description, terminal.errorStyle))
            if trial.verdict == .skip { for line in lines { terminal.say("  " + line) } }
            showSteps()
        case .notice(let text): terminal.say("note: \(text)")
        }
    }

    func end() {
        Terminal.shared.endProgress()
        Interruption.leaveWord(nil)
    }

    /// `building 0123456789, 9876543210; running abcdef0123`
    private func showSteps() {
        let steps = state.withLock { $0.steps }
        guard !steps.isEmpty else { return Terminal.shared.endProgress() }
        let groups = Dictionary(grouping: steps.keys.sorted()) { steps[$0] ?? "" }
        Terminal.shared.progress(groups.keys.sorted().map { step in
            "\(step) \((groups[step] ?? []).map { String($0.prefix(10)) }.joined(separator: ", "))"
        }.joined(separator: "; "))
    }
}
