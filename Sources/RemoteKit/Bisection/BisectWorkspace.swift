import Fleet
import FoundationEssentials
import Platform
import Synchronization
import TreeSync

/// A work tree here and a workspace on the host, in which revisions are built and run one after the other.
struct BisectWorkspace: Sendable {
    /// Its settings name the workspace.
    let host: Host
    /// Its source is the work tree.
    let configuration: Configuration
    let tree: GitWorktree
    /// Where the test files lie that were kept when the bisect began; `nil` where each revision brings its own.
    let testsFrom: String?
    let targets: [BisectTarget]
    let repeats: Int
    /// Absolute; where results are until they are read.
    let results: String
    let commandLine: [String]
    let events: BisectEventHandler
    /// Gets the names of runs that are made.
    let noteRun: @Sendable (String) -> Void

    /// Tries a revision.
    /// - Parameters:
    ///   - isUsed: whether something may have been built in the workspace.
    ///   - clears: whether that is not to be built on.
    /// - Throws: ``RemoteError`` or `CancellationError`; then nothing was learnt of the revision.
    func run(_ commit: String, _ judge: BisectJudge, isUsed: Bool, clears: Bool) async throws -> BisectTrial {
        events(.step(commit: commit, .checkingOut))
        if let obstacle = try await checkOut(commit) { return BisectTrial(commit: commit, verdict: .skip, reason: obstacle) }
        let first: BisectJudge.Judgement, rows: [[FailureRows]]
        do {
            do {
                (first, rows) = try await build(commit, judge, clears: clears)
            } catch let error as RemoteError where error.code == .prepare && isUsed && !clears {
                // What an earlier revision has left may be what does not build.
                events(.step(commit: commit, .rebuilding))
                (first, rows) = try await build(commit, judge, clears: true)
            }
        } catch let error as RemoteError where error.code == .prepare {
            return BisectTrial(commit: commit, verdict: .skip, reason: "it does not build: \(error.message)")
        }
        var trial = BisectTrial(commit: commit, verdict: first.verdict, reason: first.reason, runs: 1)
        guard first.verdict == .bad else { return trial }
        trial.failures = zip(first.failures, rows).map { BisectTrial.Failure(record: $0, rows: $1) }
        trial.failed = 1
        for number in 0..<repeats {
            events(.step(commit: commit, .repeating(number: number + 1)))
            let (again, _) = try await repeated(commit, judge)
            guard again.verdict != .skip else { continue }
            trial.runs += 1
            if again.verdict == .bad { trial.failed += 1 }
        }
        if trial.failed < trial.runs {
            trial.verdict = .flaky
            trial.reason = "it failed in \(trial.failed) of \(Human.count(trial.runs, "run")) of one build"
        }
        return trial
    }

    // MARK: sources

    /// - Returns: why there is nothing to build.
    private func checkOut(_ commit: String) async throws -> String? {
        let tree = tree, source = configuration.sync.source, testsFrom = testsFrom, files = Set(targets.map(\.file)).sorted()
        return try await SystemThread.run { () throws -> String? in
            // Those of the user's tree are in no commit, and could be in the way of what is.
            if testsFrom != nil {
                for file in files where Self.isWithin(source, file) { try? FileManager.default.removeItem(atPath: "\(source)/\(file)") }
            }
            do throws(GitWorktree.CheckoutFailure) { try tree.checkOut(commit) } catch { throw RemoteError(.results, "cannot check out \(commit): \(SafeText.sentence(error.text, limit: 1000))") }
            guard FileManager.default.fileExists(atPath: source) else { return "the source folder is not in it" }
            guard let testsFrom else {
                return files.first { !FileManager.default.fileExists(atPath: "\(source)/\($0)") }.map { "\(SafeText.line($0, limit: 300)) is not in it" }
            }
            for file in files {
                do {
                    guard Self.isWithin(source, file) else { return "a link is in the place of a folder of \(SafeText.line(file, limit: 300))" }
                    try FileManager.default.createDirectory(atPath: LocalPath.parent("\(source)/\(file)"), withIntermediateDirectories: true)
                    try? FileManager.default.removeItem(atPath: "\(source)/\(file)")
                    try Data(contentsOf: URL(filePath: "\(testsFrom)/\(file)")).write(to: URL(filePath: "\(source)/\(file)"))
                } catch {
                    return "\(SafeText.line(file, limit: 300)) cannot be put into it: \(SafeText.sentence("\(error)", limit: 300))"
                }
            }
            return nil
        }
    }

    /// Whether the folders of a file are folders as far as they are there: a revision may have links, which lead anywhere.
    private static func isWithin(_ source: String, _ file: String) -> Bool {
        var folder = source
        for part in file.split(separator: "/").dropLast() {
            folder += "/" + part
            guard (try? FileManager.default.destinationOfSymbolicLink(atPath: folder)) == nil else { return false }
        }
        return true
    }

    // MARK: runs

    private func build(_ commit: String, _ judge: BisectJudge, clears: Bool) async throws -> (BisectJudge.Judgement, [[FailureRows]]) {
        var job = job()
        var options = SyncOptions(delete: true, force: true)
        options.freshTimes = true
        options.deleteExcluded = clears
        job.syncOptions = options
        return try await carryOut(job, commit, judge)
    }

    private func repeated(_ commit: String, _ judge: BisectJudge) async throws -> (BisectJudge.Judgement, [[FailureRows]]) {
        var job = job()
        job.skipsSync = true
        job.skipsBuild = true
        return try await carryOut(job, commit, judge)
    }

    private func job() -> RunJob {
        var job = RunJob(host: host, configuration: configuration)
        job.commandLine = commandLine
        job.results = results
        // What other revisions do is nothing that the project's own runs should be measured by.
        job.history = nil
        job.selection = Selection(order: .name)
        return job
    }

    private func carryOut(_ job: RunJob, _ commit: String, _ judge: BisectJudge) async throws -> (BisectJudge.Judgement, [[FailureRows]]) {
        let events = events, noteRun = noteRun
        let result = try await OwnedRun(job).result { event in
            switch event {
            case .syncing: events(.step(commit: commit, .syncing))
            case .preparing: events(.step(commit: commit, .building))
            case .buildLine(let line): events(.buildLine(commit: commit, line))
            case .started(let status):
                noteRun(status.id)
                if !job.skipsSync { events(.step(commit: commit, .running)) }
            case .problem(let problem): events(.notice(SafeText.line("\(commit.prefix(10)): \(problem)", limit: 500)))
            default: break
            }
        }
        if let error = result.fetchError { throw error }
        guard let folder = result.folder else { throw RemoteError(.results, "the results of run \(result.status.id) did not come") }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try RunFolder(path: folder)
        var records: [String: FileRecord] = [:]
        do {
            try run.forEachRecord { record in
                records[record.file] = record
                return true
            }
        } catch {
            throw RemoteError(.results, "cannot read the records of run \(result.status.id): \(error)")
        }
        let judgement = judge.judge(records, error: result.status.error)
        return (judgement, judgement.failures.map { record in
            let lines = Set(record.failures.map { $0.recordLine ?? $0.line })
            return run.rows(of: record.id).filter { lines.contains($0.recordLine) }
        })
    }
}
