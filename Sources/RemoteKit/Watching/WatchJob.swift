import Fleet
import Platform
import TreeSync

/// `slt-remote watch`: keeps a tree the same on the host, builds it, and runs what failed last, then what changed, then all of the suite,
/// again with each change, until it is ended.
///
/// A change ends what is at work. Runs of a few files are removed from the host when they have ended; those of all the suite stay, and come home, as
/// with any run.
public struct WatchJob: Sendable {
    /// Where it runs.
    public var host: Host
    /// What is synced, built and run, and how.
    public var configuration: Configuration
    /// Make the workspace this tree's, whatever it is now.
    public var takesOver = false
    /// Run what was built before.
    public var skipsBuild = false
    /// The words of the command line that asks for it, as in ``RunJob``.
    public var commandLine: [String] = []
    /// Where the folders of runs of all the suite go; `nil` fetches nothing.
    public var results: String?

    /// The results go to ``ResultsFolder/standard(host:)``, unless ``results`` is set otherwise.
    public init(host: Host, configuration: Configuration) {
        self.host = host
        self.configuration = configuration
        results = ResultsFolder.standard(host: host.name)
    }

    /// How long the run that is live may take to end on the host.
    private static let patience = Duration.seconds(10)

    /// Goes on until ``WatchControl/end()``, or until its task is cancelled. Either way nothing is left at work on the host.
    /// - Parameter events: called from other threads, one call at a time; it must return soon.
    /// - Throws: ``RemoteError`` where the first connection or the first sync fails; `CancellationError`.
    public func run(control: WatchControl, events: @escaping @Sendable (WatchEvent) -> Void) async throws {
        guard !configuration.suite.files.isEmpty else { throw RemoteError(.usage, "no test files are given", remedy: .nameFiles) }
        var job = self
        if configuration.engine.needsLibraries { job.host = try host.loadingLibraries() }
        let session = WatchSession(job, control: control, events: events), host = job.host
        // Not cancelled with this task: it has a run to end first.
        let work = Task { try await LastingConnection(host: host, events: events).run { try await session.run($0) } }
        let ending = Task {
            await control.over()
            if session.hasRun { try await Task.sleep(for: Self.patience) }
            work.cancel()
        }
        defer { ending.cancel() }
        do {
            try await withTaskCancellationHandler { try await work.value } onCancel: { control.end() }
        } catch where control.isOver {
            // As it was asked to. What is cut off by that has errors of its own.
        }
        try Task.checkCancellation()
    }
}
