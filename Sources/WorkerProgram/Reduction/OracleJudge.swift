import Fleet
import Glibc
import Platform
import SQLLogicTest

/// Judges candidates by a command of the user's: each is written to a folder of its own, and is still interesting if the command leaves with 0, as
/// for creduce, cvise and shrinkray. Only for a process of one thread.
struct OracleJudge: ReductionJudge {
    /// How a command ended.
    enum Answer: Equatable {
        case interesting
        case exited(Int32)
        /// Its time was over.
        case late
        /// It could not be asked: somebody wants to end, or the folder could not be written.
        case none
    }

    private struct Running {
        let pid: pid_t
        let leash: Int32
        let slot: Int
        /// In nanoseconds of the monotonic clock.
        let began: UInt64
    }

    let width: Int
    /// A line for `/bin/sh`; the path is put behind it.
    private let command: String
    /// Seconds that each may take.
    private let limit: Double
    /// When the work began, and seconds after which no more candidates are wanted.
    private let began: UInt64, budget: Double
    private let paragraphs: ScriptParagraphs
    /// The file's name without its ending.
    private let stem: String
    private let isSQL: Bool
    private let folder: TrialFolder
    /// Why the command cannot be asked any more; no more candidates are judged then.
    private(set) var obstacle: String?
    private let syntax: SQLSyntax?

    /// - Parameters:
    ///   - folder: where tries are written.
    ///   - syntax: what SQLite can read; nil asks nobody.
    init(_ oracle: OracleReduction, _ paragraphs: ScriptParagraphs, in folder: TrialFolder = TrialFolder(), syntax: SQLSyntax? = SQLSyntax(threading: .single)) {
        self.folder = folder
        width = oracle.width
        command = oracle.line
        limit = oracle.timeout
        began = oracle.began
        budget = oracle.budget ?? .infinity
        stem = oracle.stem
        isSQL = oracle.isSQL
        self.paragraphs = paragraphs
        // Where SQLite can read all of the file's SQL, what it cannot read is not worth a process.
        self.syntax = paragraphs.candidate.records.allSatisfy { $0.sql.isEmpty || syntax?.isPlausible($0.sql) == true } ? syntax : nil
    }

    var isOver: Bool { obstacle != nil || PendingSignal.isSet || Clock.seconds(since: began) >= budget }

    func isPlausible(_ sql: [UInt8]) -> Bool { sql.isEmpty || syntax?.isPlausible(sql) ?? true }

    func keep(_ prefix: ArraySlice<ReductionRecord>) {}

    mutating func judge(_ candidates: [ReductionCandidate]) -> [Judgement?] {
        ask(candidates.map { ($0, []) }).map { answer in
            switch answer {
            case .interesting: .same
            case .exited, .late: .passes
            case .none: nil
            }
        }
    }

    /// - Parameter files: what is left, with lines of comment above it.
    mutating func ask(_ files: [(candidate: ReductionCandidate, comments: [String])]) -> [Answer] {
        var answers = files.map { _ in Answer.none }
        var running: [Int: Running] = [:]
        var next = 0
        while next < files.count || !running.isEmpty {
            while next < files.count, running.count < width, !isOver {
                let used = Set(running.values.map(\.slot))
                if let slot = (0..<width).first(where: { !used.contains($0) }), let process = start(files[next], slot) { running[next] = process }
                next += 1
            }
            if running.isEmpty { break }
            for (index, answer) in wait(&running) { answers[index] = answer }
            if isOver, PendingSignal.isSet || obstacle != nil { next = files.count }
        }
        return answers
    }

    /// - Returns: nil where it cannot be asked; ``obstacle`` says why.
    private mutating func start(_ file: (candidate: ReductionCandidate, comments: [String]), _ slot: Int) -> Running? {
        let own = "\(folder.path)/\(slot)"
        do throws(SQLLogicTestError) {
            guard mkdir(own, 0o700) == 0 || errno == EEXIST else { throw SQLLogicTestError(.unwritable, "cannot make \(own): \(ErrorText.of())") }
            func write(_ bytes: [UInt8], _ mark: String, _ ending: String) throws(SQLLogicTestError) {
                try WholeFile.write(file.comments.flatMap { Array("\(mark) \($0)\n".utf8) } + (file.comments.isEmpty ? [] : [0x0A]) + bytes, to: "\(own)/\(stem).\(ending)")
            }
            try write(paragraphs.script(of: file.candidate), "#", "test")
            try write(paragraphs.sql(of: file.candidate), "--", "sql")
        } catch {
            obstacle = error.message
            return nil
        }
        guard let pipe = DescriptorIO.pipe() else {
            obstacle = "cannot make a pipe: \(ErrorText.of())"
            return nil
        }
        var process = ChildProcess(["/bin/sh", "-c", "\(command) \"$@\"", "sh", "\(own)/\(stem).\(isSQL ? "sql" : "test")"],
                                   environment: ChildProcess.environment(changing: [("TMPDIR", Array(own.utf8))]), group: .newSession, descriptors: [(0, .null), (1, .null), (2, .null)])
        process.directory = Array(own.utf8)
        let began = Clock.monotonic
        let pid = CommandGuard.start(process, seconds: limit, closing: pipe.reading)
        if pid == nil { obstacle = "cannot start a process: \(ErrorText.of())" }
        close(pipe.writing)
        guard let pid else {
            close(pipe.reading)
            return nil
        }
        return Running(pid: pid, leash: pipe.reading, slot: slot, began: began)
    }

    /// Waits until some have ended.
    private func wait(_ running: inout [Int: Running]) -> [(Int, Answer)] {
        let order = running.keys.sorted()
        var polled = order.map { pollfd(fd: running[$0]?.leash ?? -1, events: Int16(POLLIN), revents: 0) }
        _ = poll(&polled, nfds_t(polled.count), 200)
        var answers: [(Int, Answer)] = []
        for (index, state) in zip(order, polled) {
            guard let process = running[index], state.revents != 0 || isOver else { continue }
            // It ends what it has started.
            if state.revents == 0 { kill(process.pid, SIGTERM) }
            let termination = ProcessTermination.wait(for: process.pid), isLate = Clock.seconds(since: process.began) >= limit
            close(process.leash)
            folder.empty(process.slot)
            running[index] = nil
            answers.append((index, state.revents == 0 ? .none : Self.answer(termination, isLate: isLate)))
        }
        return answers
    }

    /// - Parameter isLate: whether its time was over: a command may have the guard's exit code for its own.
    private static func answer(_ termination: ProcessTermination?, isLate: Bool) -> Answer {
        switch termination {
        case .exited(0): .interesting
        case .exited(CommandGuard.late) where isLate: .late
        case .exited(let code): .exited(code)
        case .signaled(let number): .exited(128 + number)
        case nil: .none
        }
    }
}
