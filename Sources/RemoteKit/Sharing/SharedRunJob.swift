import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform
import Synchronization

/// `slt-remote run` over several hosts without a common disk: each gets the sources and builds, and runs its own fleet on its own share of the files.
///
/// While this client follows, files that nobody has claimed go from the slow to the idle host, and what a host that dies has not done goes to the others.
/// Without it the shares simply finish; ``attach()`` goes on with it. The results are merged into one run with one record a file.
public struct SharedRunJob: Sendable {
    /// Where it runs, two or more.
    public var hosts: [Host]
    /// What is synced, built and run, and how, on each of them; its ``RunJob/host`` is of no account.
    public var job: RunJob
    /// Absolute; where the folder of the run goes.
    public var results: String

    /// The results go to the folder of all these hosts, unless ``results`` is set otherwise.
    public init(hosts: [Host], job: RunJob) {
        self.hosts = hosts
        self.job = job
        results = Self.results(of: hosts.map(\.name))
    }

    /// How the hosts are called together, in the names of folders and in reports.
    public static func label(_ hosts: [String]) -> String { hosts.joined(separator: "+") }

    /// Where results of runs over these hosts are.
    public static func results(of hosts: [String]) -> String { ResultsFolder.standard(host: label(hosts)) }

    /// Does all of it.
    /// - Parameter events: called from other threads, one call at a time; it must return soon.
    /// - Throws: ``RemoteError`` or `CancellationError`. What was started goes on.
    public func run(events: @escaping JobEventHandler = { _ in }) async throws -> JobResult {
        if let resumed = job.resumes { return try await resume(resumed, Ordered(events)) }
        try job.check()
        guard job.configuration.run.mode == .drain else { throw RemoteError(.usage, "cannot run in soak mode over several hosts: name one host") }
        try job.checkNames(events)
        let known = try job.knownFailures(events)
        let note = SharedRunNote(id: RunDirectory.newID(), project: job.configuration.projectName, createdAt: Date().timeIntervalSince1970, hosts: hosts.map(\.name), files: [],
                                 isWholeSuite: !job.configuration.namesFiles && !job.selection.isPart, commandLine: job.commandLine)
        let folder = SharedRunFolder(parent: results, id: note.id)
        try ResultsParent.make(results)
        do { try FileManager.default.createDirectory(atPath: folder.unfinished, withIntermediateDirectories: false) } catch {
            throw RemoteError(.usage, "cannot make \(folder.unfinished): \(error)")
        }
        return try await go(note, folder, known, Ordered(events))
    }

    /// Goes on with a run of which files are untested.
    private func resume(_ resumed: RunJob.ResumedRun, _ events: Ordered) async throws -> JobResult {
        let name: String? = if case .named(let name) = resumed { name } else { nil }
        if let unfinished = SharedRunFolder.find(name, in: results) {
            throw RemoteError(.usage, "cannot resume run \(unfinished.id): it has not ended", remedy: .follow(run: unfinished.id))
        }
        guard let folder = SharedRunFolder.findMerged(name, in: results) else {
            throw RemoteError(.usage, "cannot resume: there is no run\(name.map { " \($0)" } ?? "") over these hosts", remedy: .listFetchedRuns)
        }
        guard try RunFolder(path: folder.merged).summary?.isComplete != true else { throw RemoteError(.usage, "cannot resume run \(folder.id): every file has its record; start a new run") }
        let note = try SharedRunNote.read(in: folder.merged)
        // What is merged is made again from the shares.
        if rename(folder.merged, folder.unfinished) != 0 { throw RemoteError(.results, "cannot rename \(folder.merged): \(ErrorText.of(errno))") }
        do {
            return try await go(note, folder, nil, events)
        } catch {
            // The results that there were are there again.
            if access(folder.unfinished + "/spec.json", F_OK) == 0 { rename(folder.unfinished, folder.merged) }
            throw error
        }
    }

    /// Follows a run that was left, to its end.
    /// - Parameter id: its name; `nil` for the latest of these hosts.
    public func attach(_ id: String?, events: @escaping JobEventHandler = { _ in }) async throws -> JobResult {
        guard let folder = SharedRunFolder.find(id, in: results) else {
            throw RemoteError(.usage, id.map { "there is no run \($0) over these hosts that has not ended" } ?? "there is no run over these hosts that has not ended", remedy: .listFetchedRuns)
        }
        return try await go(SharedRunNote.read(in: folder.unfinished), folder, nil, Ordered(events))
    }

    /// The runs on hosts that the latest one consists of.
    /// - Parameter id: its name; `nil` for the latest of these hosts.
    /// - Returns: names of hosts and of their runs; `nil` where there is none that has not ended.
    public static func shares(of id: String?, hosts: [String]) throws(RemoteError) -> (id: String, shares: [(host: String, run: String)])? {
        guard let folder = SharedRunFolder.find(id, in: results(of: hosts)) else { return nil }
        let note = try SharedRunNote.read(in: folder.unfinished)
        return (note.id, note.shares.filter { !$0.isLost }.map { ($0.host, $0.run) })
    }

    // MARK: at work

    private func go(_ note: SharedRunNote, _ folder: SharedRunFolder, _ known: KnownFailures?, _ events: Ordered) async throws -> JobResult {
        let lock = try lock(folder)
        defer { DescriptorIO.closeUnlocking(lock) }
        let fleet = SharedFleet(note, folder: folder, patience: job.detaches ? nil : .seconds(20)) { events.send($0) }
        await withTaskGroup(of: Void.self) { group in
            for (index, host) in hosts.enumerated() {
                group.addTask { await HostWork(index: index, host: host, job: job, run: note.id, folder: folder, known: known, prepares: note.shares.isEmpty, fleet: fleet, events: events).run() }
            }
            await group.waitForAll()
        }
        try Task.checkCancellation()
        if job.detaches, let status = await fleet.status { return JobResult(status: status, failures: []) }
        let members = await fleet.members, shares = await fleet.shares
        if shares.isEmpty {
            try? FileManager.default.removeItem(atPath: folder.unfinished)
            throw members.compactMap(\.reason).first ?? RemoteError(.host, "no host took part in the run")
        }
        let reasons = Dictionary(members.compactMap { member in member.reason.map { (member.name, $0.message) } }) { one, _ in one }
        let merged: SharedRunMerge.Merged
        do {
            merged = try await SharedRunMerge(note: fleet.note, shares: shares, folder: folder, reasons: reasons).run()
        } catch let error as RemoteError {
            throw error
        } catch {
            throw RemoteError(.results, "cannot merge the results in \(folder.unfinished): \(error)")
        }
        for warning in merged.warnings { events.send(.warning(warning)) }
        if let notice = job.history?.note(merged.folder) { events.send(.warning(notice)) }
        events.send(.fetched(folder: merged.folder))
        var result = JobResult(status: merged.status, failures: [])
        result.take(merged.folder)
        return result
    }

    /// One client moves files at a time.
    private func lock(_ folder: SharedRunFolder) throws(RemoteError) -> Int32 {
        let descriptor = open(folder.unfinished, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RemoteError(.usage, "cannot open \(folder.unfinished): \(ErrorText.of(errno))") }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(descriptor)
            throw RemoteError(.locked, "cannot follow run \(folder.id): another client on this machine does", isRetryable: true)
        }
        return descriptor
    }

    /// Several hosts tell of what happens, one call at a time.
    final class Ordered: Sendable {
        private let handler: JobEventHandler
        private let turn = Mutex(())

        init(_ handler: @escaping JobEventHandler) { self.handler = handler }

        func send(_ event: JobEvent) { turn.withLock { _ in handler(event) } }
    }
}
