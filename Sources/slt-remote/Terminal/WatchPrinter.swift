import Fleet
import Platform
import RemoteKit
import Reports
import Synchronization
import TreeSync

/// Prints what happens while a tree is watched, a line at a time: verdicts on stdout, all else on stderr.
final class WatchPrinter: Sendable {
    private let job: JobPrinter
    private let board: Mutex<VerdictBoard>
    private let upwards: String
    private let words: RemedyWords
    private let host: String
    private let itemizes: Bool
    private let synced = Mutex(false)
    /// What is wrong, as it was told: what is tried again and again is told once.
    private let told = Mutex<RemoteError?>(nil)

    /// - Parameter itemizes: whether each change of a sync has a line on stdout.
    init(host: String, commands: CommandWords, upwards: String = "", itemizes: Bool = false) {
        self.host = host
        self.itemizes = itemizes
        self.upwards = upwards
        board = Mutex(VerdictBoard(host: host, upwards: upwards))
        words = RemedyWords(commands)
        job = JobPrinter(host: host, commands: commands, upwards: upwards)
    }

    /// Whether the tree was brought to the host once.
    var hasSynced: Bool { synced.withLock { $0 } }

    func callAsFunction(_ event: WatchEvent) {
        let terminal = Terminal.shared
        let verdict = board.withLock { board in
            board.take(event)
            return board.line(of: event, terminal.outputStyle)
        }
        if let verdict { terminal.output(verdict) }
        switch event {
        case .job(.disconnected(let reason, let pause)):
            terminal.endProgress()
            terminal.say("connection lost: \(SafeText.sentence(reason, limit: 300)); connecting again in \(Human.duration(pause)); then all of the tree is synced")
        // A run's own lines are made of its verdicts.
        case .job(.finished): break
        case .job(let event):
            job(event)
            // Its words for an interruption are those of a command that ends.
            if hasSynced { Interruption.leaveWord(nil) }
        case .synced(let sync):
            told.withLock { $0 = nil }
            synced.withLock { $0 = true }
            terminal.endProgress()
            Interruption.leaveWord(nil)
            if itemizes { for change in sync.changes { terminal.output(SafeText.line(change.itemized) + "\n") } }
            if let line = WatchedSyncLine.text(sync) { terminal.say(line) }
        case .syncFailed(let error):
            tell(error, "cannot sync now: ")
        case .shortage(let text): terminal.say("warning: \(text)")
        case .reconnected: terminal.say("connected to \(host) again")
        case .buildFailed(let error), .runFailed(let error):
            tell(error)
        case .began(let stage, let status):
            told.withLock { $0 = nil }
            terminal.say("running \(VerdictBoard.words(stage, status.total))")
        case .ended(let stage): terminal.say("\(VerdictBoard.words(stage, nil)): ended, for something else is to be done")
        case .remembered, .verdict, .done, .rests: terminal.endProgress()
        }
    }

    private func tell(_ error: RemoteError, _ start: String = "") {
        let isNew = told.withLock { told in
            defer { told = error }
            // Of those that are tried again soon, the words may count seconds.
            return error.isRetryable ? told?.code != error.code : told != error
        }
        guard isNew else { return }
        Terminal.shared.endProgress()
        Terminal.shared.say("\(start)\(words.text(error)); it is tried again \(error.isRetryable && error.code != .prepare ? "soon" : "when something changes")")
    }
}
