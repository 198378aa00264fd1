import AgentProtocol
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// Makes a file smaller as long as a command of the user's takes it: no engine is asked, and any dialect will do.
struct OracleReduction {
    /// What is made smaller.
    let path: String
    /// As people call it.
    let file: String
    let command: String
    /// Where relative paths of the command start.
    let folder: String
    /// Seconds of the whole; nil without a limit.
    var budget: Double?
    /// Seconds that the command may take.
    var timeout = 60.0
    var width = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// When the work began, in nanoseconds of the monotonic clock.
    let began = Clock.monotonic
    /// Takes the smallest candidate, and how many were judged.
    var onProgress: (ReductionProgress) -> Void = { _ in }
    /// Takes what there is, each time that something could go, not more often than twice a second.
    var onBest: (ReducedFile) -> Void = { _ in }
    /// What an earlier one has left.
    var resumed: ReducedFile?

    init(path: String, file: String, command: String, folder: String) {
        self.path = path
        self.file = file
        self.command = command
        self.folder = folder
    }

    private var name: String { file.split(separator: "/").last.map(String.init) ?? file }
    /// The name without its ending.
    var stem: String { name.lastIndex(of: ".").map { $0 > name.startIndex ? String(name[..<$0]) : name } ?? name }
    /// Whether the file is plain SQL.
    var isSQL: Bool { name.hasSuffix(".sql") }

    /// The command as it is told and kept: there may be secrets among its words.
    private var shown: String { Redaction(command: [command]).words([command]).joined() }

    /// The command, its program found from each try's folder as well.
    var line: String {
        let word = command.prefix { $0 != " " }
        guard word.contains("/"), !word.hasPrefix("/"), access("\(folder)/\(word)", F_OK) == 0 else { return command }
        return ShellWord.quoted("\(folder)/\(word)") + command.dropFirst(word.count)
    }

    /// - Throws: `SQLLogicTestError` `usage` if the whole file is not interesting.
    func run() throws(SQLLogicTestError) -> ReducedFile {
        let bytes = try Script(path: path).bytes
        let whole = ScriptParagraphs(bytes, isSQL: isSQL)
        let origin = ReductionOrigin(file: FileDigest.of(bytes), line: 0, engine: "", signature: FileDigest.of(Array(command.utf8)))
        let (paragraphs, judge, resumption) = try begin(whole, origin)
        var last = paragraphs.candidate, lastTold: UInt64 = 0
        func made(_ candidate: ReductionCandidate, _ tries: Int) -> ReducedFile {
            var file = reduced(candidate, paragraphs, total: whole.candidate.records.count - 1, tries)
            (file.origin, file.resumption) = (origin, resumption)
            return file
        }
        if resumption == Resumption.done {
            var file = made(last, 0)
            (file.isMinimal, file.confirmation) = (true, confirmation(last, paragraphs))
            return file
        }
        let (onProgress, onBest) = (onProgress, onBest)
        onBest(made(last, 0))
        var reducer = Reducer(paragraphs.candidate, judge: judge, changesSQL: true) { candidate, tries in
            onProgress(ReductionProgress(records: candidate.records.count - 1, bytes: candidate.size, tries: tries))
            guard candidate != last, lastTold == 0 || Clock.seconds(since: lastTold) > 0.5 else { return }
            (last, lastTold) = (candidate, Clock.monotonic)
            onBest(made(candidate, tries))
        }
        reducer.run()
        if let obstacle = reducer.judge.obstacle, reducer.best == paragraphs.candidate { throw SQLLogicTestError(.unwritable, obstacle) }
        var file = made(reducer.best, reducer.tries)
        file.isMinimal = reducer.isMinimal
        onBest(file)
        if reducer.isMinimal || !PendingSignal.isSet { file.confirmation = confirmation(reducer.best, paragraphs) }
        return file
    }

    /// Where it begins: with what an earlier one has left, if that is still interesting.
    private func begin(_ whole: ScriptParagraphs, _ origin: ReductionOrigin) throws(SQLLogicTestError) -> (ScriptParagraphs, OracleJudge, String?) {
        var resumption: String?
        if let resumed {
            let text = isSQL ? resumed.sqlBytes : resumed.scriptBytes, mine = Array(head(isSQL ? "--" : "#").utf8)
            let left = ScriptParagraphs(Array(text.dropFirst(text.starts(with: mine) ? mine.count : 0)), isSQL: isSQL)
            var judge = OracleJudge(self, left)
            if resumed.origin == origin, judge.ask([(left.candidate, [])]) == [.interesting] {
                return (left, judge, resumed.isMinimal ? Resumption.done : Resumption.went(from: left.candidate.records.count - 1))
            }
            resumption = Resumption.anew(resumed.origin == origin ? "what it left is not interesting any more" : "the file or the command has changed")
        }
        var judge = OracleJudge(self, whole)
        switch judge.ask([(whole.candidate, [])])[0] {
        case .interesting: return (whole, judge, resumption)
        case .exited(127): throw SQLLogicTestError(.usage, "cannot reduce \(file): the program of '\(shown)' was not found: the command leaves with exit code 127")
        case .exited(126): throw SQLLogicTestError(.usage, "cannot reduce \(file): the program of '\(shown)' cannot be executed: the command leaves with exit code 126")
        case .exited(let code): throw SQLLogicTestError(.usage, "cannot reduce \(file): it is not interesting as it is: '\(shown)' leaves with exit code \(code) for it, and not with 0")
        case .late: throw SQLLogicTestError(.usage, "cannot reduce \(file): '\(shown)' does not end in \(Human.fixed(timeout, 0)) s for it")
        case .none: throw SQLLogicTestError(.usage, "cannot reduce \(file): '\(shown)' was not asked to its end\(judge.obstacle.map { ": \($0)" } ?? "")")
        }
    }

    private var comments: [String] { ["Reduced from \(SafeText.line(file)).", "It is what '\(SafeText.line(shown))' takes."] }

    private func head(_ mark: String) -> String { comments.map { "\(mark) \($0)\n" }.joined() + "\n" }

    private func reduced(_ candidate: ReductionCandidate, _ paragraphs: ScriptParagraphs, total: Int, _ tries: Int) -> ReducedFile {
        let progress = ReductionProgress(records: candidate.records.count - 1, bytes: candidate.size, tries: tries)
        return ReducedFile(bytes: Array(head("#").utf8) + paragraphs.script(of: candidate), sql: Array(head("--").utf8) + paragraphs.sql(of: candidate),
                           reason: "'\(shown)' takes it", line: 0, total: total, progress: progress, seconds: Clock.seconds(since: began), isMinimal: false)
    }

    /// Asks once more, for the file as it is written.
    private func confirmation(_ candidate: ReductionCandidate, _ paragraphs: ScriptParagraphs) -> String? {
        var unhurried = self
        unhurried.budget = nil
        var judge = OracleJudge(unhurried, paragraphs)
        switch judge.ask([(candidate, comments)])[0] {
        case .interesting: return ""
        case .exited(let code): return "'\(shown)' leaves with exit code \(code) for it now"
        case .late: return "'\(shown)' does not end for it now"
        case .none: return nil
        }
    }
}
