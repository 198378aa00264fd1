import AgentProtocol
import ArgumentParser
import Fleet
import FoundationEssentials
import Glibc
import Platform
import RemoteKit
import Reports
import Synchronization

struct Reduce: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Make a failing file as small as it can be and still fail in the same way.",
        discussion: """
        It is done on this machine in the source tree, or with --host or --on-fleet in the workspace on the host. With a reference, by default the built-in SQLite where another engine is under \
        test, all SQL may be changed: a smaller file fails in the same way if both engines disagree in the same way, and its expected result is the reference's. Without one only \
        records may go that change nothing about the wrong result. Ctrl-C keeps the smallest file so far, and the same command goes on from there.

        Exit codes: 0 a reproducer was written, with --all of each cause; 1 it was written before all was tried, or does not fail when it is run alone; 2 usage, or nothing fails; 3 host; 6 the engine cannot be started; 130 interrupted.
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var arguments: DiagnosisArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("End after this time with what there is then: 60s, 5m.", valueName: "time"))
    var budget: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Who says what is right: 'sqlite' is the built-in one, 'none' nobody but the file, or the path of a shared library with SQLite's interface.", valueName: "engine"))
    var reference: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Ask this command whether a smaller file is still interesting, instead of an engine: exit code 0 is yes. The file's path is put behind it. The file may be of any dialect, or plain SQL.", valueName: "command"))
    var oracle: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("Where to write the reproducer. Its SQL goes beside it. Default: FILE-LINE.test in the current folder.", valueName: "file"))
    var output: String?

    @Option(name: [.customShort("j"), .long], parsing: .unconditional, help: "Number of tries to run at once. Default: the number of processors.")
    var jobs: Int?

    @Flag(help: "Use the host's fleet: --workers tries at once there; with --all several failures at the same time.")
    var onFleet = false

    @Option(name: .shortAndLong, parsing: .unconditional, help: ArgumentHelp("With --on-fleet: the number of tries at once, all failures together, or 'auto', the number of the host's cores. Default: as configured.", valueName: "n|auto"))
    var workers: String?

    @Flag(help: "Group all failures of the run, reduce one of each group, and list the causes. The reproducers go to the folder --output, by default reduced-RUN.")
    var all = false

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if all, arguments.words.count > 1 { throw ValidationError("--all takes a run and no file") }
        if !all { try arguments.checkFile() }
        if oracle != nil, all || reference != nil { throw ValidationError("--oracle and \(all ? "--all" : "--reference") exclude each other; choose one") }
        if let budget, Quantity.seconds(budget).map({ $0 > 0 }) != true { throw ValidationError("--budget must be a time such as 60s or 5m, not '\(budget)'") }
        if workers != nil, !onFleet { throw ValidationError("--workers needs --on-fleet") }
        if jobs != nil, onFleet { throw ValidationError("use --workers with --on-fleet, not --jobs") }
        if let jobs, jobs < 1 || jobs > 1024 { throw ValidationError("--jobs must be from 1 to 1024") }
    }

    func run() async throws {
        if all { return try await reduceAll() }
        let configuration = try configuration()
        let (job, place) = try arguments.job(common, configuration, onFleet: onFleet)
        let target = job.target
        if oracle != nil, let line = target.line {
            throw RemoteError(.usage, "--oracle takes no line: the command judges the whole file; name \(SafeText.line(target.file, limit: 200)) without :\(line)")
        }
        let files = ReductionFiles<RemoteError>(ReductionPlaces(of: target.file, line: target.line, output: output), reducing: configuration.sync.source + "/" + target.file, at: place)
        try files.check()
        let seconds = budget.flatMap(Quantity.seconds), (reference, jobs, oracle) = (reference, width(configuration), oracle)
        let resumed = files.left
        let best = BestFile()
        let reduced: ReducedFile
        do {
            reduced = try await Interruption.watching {
                try await job.reduce(seconds: seconds, reference: reference, jobs: jobs, oracle: oracle, resumed: resumed, progress: { Terminal.shared.progress(ReductionReport.line($0)) }, best: { file in
                    best.keep(file)
                    // Also a client that is killed has written it.
                    files.keepSoFar(file)
                })
            }
        } catch {
            Terminal.shared.endProgress()
            // What there is must not be lost with the connection.
            if let file = best.file {
                do { try write(file, target.file, files) } catch let second { Terminal.shared.say("warning: \(second)") }
            }
            throw error
        }
        Terminal.shared.endProgress()
        try write(reduced, target.file, files)
        if !reduced.isMinimal || reduced.confirmation != "" { throw Leave(.testsFailed) }
    }

    private func configuration() throws -> Configuration { try common.configuration(ConfigurationFlags(workers: workers)) }

    /// Tries at once; nil is the number of processors there.
    private func width(_ configuration: Configuration) -> Int? {
        guard onFleet else { return jobs }
        return if case .exactly(let count) = configuration.run.workers { count } else { nil }
    }

    // MARK: all failures of a run

    private func reduceAll() async throws {
        let configuration = try configuration()
        let named = arguments.words.first
        guard let run = try named.map({ try RunReference.resolve($0) }) ?? RunReference.latest(of: configuration.projectName) else {
            throw RemoteError(.usage, "cannot reduce: no run of this project was fetched to this machine", remedy: .startRun)
        }
        let (host, here) = try arguments.place(common, configuration, onFleet: onFleet)
        var made = ReduceAllJob(host: host, configuration: configuration, run: run, here: here)
        made.reference = reference
        if let seconds = budget.flatMap(Quantity.seconds) { made.seconds = seconds }
        made.isSpread = onFleet
        (made.jobs, made.fileTimeout) = (width(configuration), arguments.fileTimeout.flatMap(Quantity.seconds))
        let folder = output ?? "reduced-\(run.spec.id)", soFar = CausesSoFar(), kept = KeptReductions(folder + "/state.reduction", at: DiagnosisArguments.name(of: host, here: here))
        made.earlier = kept.earlier
        try ReductionFiles<RemoteError>.check(folder: folder, most: made.most)
        let job = made
        defer {
            kept.write()
            // Where nothing was written it was made for nothing.
            rmdir(folder)
        }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw RemoteError(.usage, "cannot write into the folder \(folder): it cannot be made; name another one with --output")
        }
        guard access(folder, W_OK) == 0 else { throw RemoteError(.usage, "cannot write into the folder \(folder): \(ErrorText.of()); name another one with --output") }
        let causes: [FailureCause], left: Int
        do {
            (causes, left) = try await Interruption.watching {
                try await job.causes { event in
                    switch event {
                    case .progress(let progress): Terminal.shared.progress(CausesReport.line(progress))
                    case .left(let record, let file): kept.keep(file, of: record)
                    case .causes(let causes, let left): soFar.keep(causes, left)
                    case .disconnected(let reason, let pause): Terminal.shared.say("connection lost: \(SafeText.sentence(reason, limit: 300)); trying again in \(Human.duration(pause)); what was not reduced to its end is gone on with")
                    }
                }
            }
        } catch {
            Terminal.shared.endProgress()
            // What there is must not be lost.
            let (causes, left) = soFar.known
            if !causes.isEmpty { try report(CausesReport(causes, left: left, folder: folder), to: folder) }
            throw error
        }
        Terminal.shared.endProgress()
        try report(CausesReport(causes, left: left, folder: folder), to: folder)
        if causes.contains(where: { $0.problem != nil || $0.reduced?.isMinimal == false }) { throw Leave(.testsFailed) }
    }

    private func report(_ report: CausesReport, to folder: String) throws {
        for (name, bytes) in report.files { try WholeOutput.write(bytes, to: folder + "/" + name) }
        if json { return try JSONOutput.print(report.causes) }
        Terminal.shared.output(report.text)
    }

    private func write(_ reduced: ReducedFile, _ file: String, _ files: ReductionFiles<RemoteError>) throws {
        let (script, sql) = try files.end(reduced)
        if json { return try JSONOutput.print(reduced) }
        Terminal.shared.output(ReductionReport.text(reduced, of: file, script: script, sql: sql) + "\n" + reduced.script)
    }
}

/// The smallest file so far.
private final class BestFile: Sendable {
    private let box = Mutex<ReducedFile?>(nil)

    var file: ReducedFile? { box.withLock { $0 } }

    func keep(_ file: ReducedFile) { box.withLock { $0 = file } }
}

/// What is left of the records of a run so far, also on the disk.
private final class KeptReductions: Sendable {
    private struct Kept {
        var state: ReductionState
        var isWritten = true
        /// When it was last written, in nanoseconds of the monotonic clock, and the seconds that it took.
        var written: UInt64 = 0
        var seconds = 0.0
    }

    private let path: String
    private let place: String
    private let box: Mutex<Kept>

    /// - Parameters:
    ///   - path: of the file.
    ///   - place: where the reductions are made.
    init(_ path: String, at place: String) {
        self.path = path
        self.place = place
        box = Mutex(Kept(state: ReductionState(at: path) { Terminal.shared.say($0) }))
    }

    /// What was left in the same place.
    var earlier: ReductionState { box.withLock { $0.state.left(at: place) } }

    func keep(_ file: ReducedFile, of record: String) {
        box.withLock { kept in
            guard kept.state.left(of: record, at: place) != file else { return }
            kept.state.keep(file, of: record, at: place)
            kept.isWritten = false
            // The state of many failures is large, and they shrink side by side.
            if kept.written == 0 || Clock.seconds(since: kept.written) > 10 * kept.seconds { write(&kept) }
        }
    }

    /// Writes what was not written yet.
    func write() { box.withLock { if !$0.isWritten { write(&$0) } } }

    private func write(_ kept: inout Kept) {
        let began = Clock.monotonic
        try? FileManager.default.createDirectory(atPath: String(path.dropLast(path.split(separator: "/").last?.count ?? 0)), withIntermediateDirectories: true)
        kept.isWritten = (try? WholeOutput.write(kept.state.bytes, to: path)) != nil
        (kept.written, kept.seconds) = (Clock.monotonic, Clock.seconds(since: began))
    }
}

/// The causes that were found so far.
private final class CausesSoFar: Sendable {
    private let box = Mutex<(causes: [FailureCause], left: Int)>(([], 0))

    var known: (causes: [FailureCause], left: Int) { box.withLock { $0 } }

    func keep(_ causes: [FailureCause], _ left: Int) { box.withLock { $0 = (causes, left) } }
}
