import Fleet
import FoundationEssentials
import Platform
import TreeSync

/// `slt-remote bisect`: finds the commit that broke test files, building several revisions at once on the host.
///
/// Revisions are checked out in work trees of the bisect's own; the user's tree is only read. What is known is kept on the disk until the end, so that a bisect that
/// was interrupted can be resumed.
public struct BisectJob: Sendable {
    /// Where revisions are built and run.
    public var host: Host
    /// What is built and how files are run; its files are not looked at.
    public var configuration: Configuration
    /// What is to be found, and how; `nil` resumes.
    public var request: Request?
    /// Builds at once, in the place of what a bisect that is resumed had.
    public var resumedJobs: Int?
    /// The words of the command line that asks for it, as in ``RunJob``.
    public var commandLine: [String] = []

    /// What a new bisect is to find.
    public struct Request: Sendable {
        /// A revision, as git names it, where all holds.
        public var good: String
        /// One that comes after it, where something fails.
        public var bad = "HEAD"
        /// What is looked at.
        public var targets: [BisectTarget]
        /// Builds at once.
        public var jobs = 4
        /// Workers of each run.
        public var workersPerBuild = 1
        /// How often a failing revision is run again.
        public var repeats = 2
        /// Whether the test files are those of each revision, in the place of those that are there now.
        public var testsFromRevision = false

        /// The others have the values that are said with them.
        public init(good: String, targets: [BisectTarget]) {
            self.good = good
            self.targets = targets
        }
    }

    /// Each parameter is the property of the same name.
    public init(host: Host, configuration: Configuration, request: Request?) {
        self.host = host
        self.configuration = configuration
        self.request = request
    }

    // MARK: beginning and end

    /// Does all of it.
    /// - Parameter events: called from other threads; it must return soon.
    /// - Throws: ``RemoteError`` or `CancellationError`. What is known then stays, unless the request itself makes no sense.
    public func run(events: @escaping BisectEventHandler = { _ in }) async throws -> BisectOutcome {
        let repository = try repository(), folder = try BisectFolder(source: configuration.sync.source)
        defer { folder.removeIfDone() }
        let place = BisectHost(host: host, configuration: configuration, repository: repository, folder: folder)
        var state = try await begin(place, events)
        let commits = repository.commits(from: state.good.commit, to: state.bad.commit) ?? []
        guard !commits.isEmpty else { throw RemoteError(.usage, "cannot list the commits from \(state.good.name) to \(state.bad.name): git does not know them any more", remedy: .abortBisect) }
        // With the good one these are all that can be built at once.
        state.jobs = min(state.jobs, commits.count + 1)
        try keep(&state, place)
        let session = BisectSession(state, RevisionGraph(commits), folder)
        let search = BisectSearch(place: place, session: session, commandLine: commandLine, events: events)
        defer { folder.removeTrees() }
        do {
            try await search.run()
        } catch let impossible as BisectSearch.Impossible {
            try? await place.clean(session.state)
            folder.removeState()
            throw impossible.error
        } catch let error as RemoteError where error.remedy == nil {
            throw RemoteError(error.code, error.message, remedy: .resumeBisect, isRetryable: error.isRetryable)
        }
        let outcome = outcome(session, repository)
        do { try await place.clean(session.state) } catch let error as RemoteError {
            events(.notice("what the bisect left on \(host.name) could not be removed: \(error.message)"))
        }
        folder.removeState()
        return outcome
    }

    /// Gives an interrupted bisect up: removes what it has here and on the host.
    /// - Throws: ``RemoteError`` `usage` where there is none.
    public func abort() async throws {
        let repository = try repository(), folder = try BisectFolder(source: configuration.sync.source)
        defer { folder.removeIfDone() }
        let place = BisectHost(host: host, configuration: configuration, repository: repository, folder: folder)
        folder.removeTrees()
        guard folder.hasState else { throw RemoteError(.usage, "there is no bisect of \(configuration.sync.source) to give up") }
        // One that cannot be read has workspaces that only its release knows.
        if let state = try? folder.state() {
            try check(state)
            try await place.clean(state)
        }
        folder.removeState()
    }

    private func repository() throws(RemoteError) -> GitRevisions {
        if let repository = GitRevisions(configuration.sync.source) { return repository }
        throw RemoteError(.usage, "cannot bisect \(configuration.sync.source): it is in no git repository")
    }

    private func check(_ state: BisectState) throws(RemoteError) {
        guard state.host == host.name else {
            throw RemoteError(.usage, "cannot go on with the bisect on \(host.name): it was begun on \(SafeText.line(state.host, limit: 200))", remedy: .nameHost)
        }
    }

    private func begin(_ place: BisectHost, _ events: BisectEventHandler) async throws -> BisectState {
        let earlier: BisectState?
        if request == nil {
            earlier = try place.folder.state()
        } else {
            earlier = try? place.folder.state()
        }
        place.folder.removeTrees()
        guard let request else {
            guard var state = earlier else { throw RemoteError(.usage, "there is no bisect of \(configuration.sync.source) to resume") }
            try check(state)
            if let resumedJobs { state.jobs = resumedJobs }
            return state
        }
        let state = try new(request, place.repository)
        if let earlier {
            events(.notice("the bisect from \(SafeText.line(earlier.good.name, limit: 100)) to \(SafeText.line(earlier.bad.name, limit: 100)) that was interrupted is given up"))
            if earlier.host == host.name { try await place.clean(earlier) }
        }
        place.folder.removeState()
        return state
    }

    /// From here on there is something to resume, or to remove.
    private func keep(_ state: inout BisectState, _ place: BisectHost) throws(RemoteError) {
        for number in state.workspaces.count..<max(state.workspaces.count, state.jobs) {
            // Until it is known to be a copy that is made now, it may be anything.
            state.workspaces.append(BisectState.Workspace(path: host.settings.bisectWorkspace(number + 1), isUnfinished: true))
        }
        if !state.testsFromRevision { try place.folder.keepTests(Set(state.targets.map(\.file)), from: configuration.sync.source) }
        try place.folder.write(state)
    }

    private func new(_ request: Request, _ repository: GitRevisions) throws(RemoteError) -> BisectState {
        func revision(_ name: String) throws(RemoteError) -> BisectState.Revision {
            guard let commit = repository.commit(name) else {
                throw RemoteError(.usage, "cannot find the revision '\(SafeText.line(name, limit: 200))': git knows no single commit of this name in \(repository.top)")
            }
            return BisectState.Revision(name: name, commit: commit)
        }
        let good = try revision(request.good), bad = try revision(request.bad)
        let (goodName, badName) = (SafeText.line(good.name, limit: 200), SafeText.line(bad.name, limit: 200))
        guard good.commit != bad.commit else {
            throw RemoteError(.usage, "cannot bisect: \(goodName) and \(badName) are the same commit")
        }
        guard repository.isAncestor(good.commit, of: bad.commit) else {
            let common = repository.commonAncestor(good.commit, bad.commit).map { "the last commit that both have is \($0.prefix(10))" } ?? "they have no commit in common"
            throw RemoteError(.usage, "cannot bisect: the good revision \(goodName) does not come before the bad one, \(badName); \(common)")
        }
        if !request.testsFromRevision {
            for target in request.targets where !FileManager.default.fileExists(atPath: "\(configuration.sync.source)/\(target.file)") {
                throw RemoteError(.usage, "cannot find test files: '\(target.file)' is not in \(configuration.sync.source); nothing was started")
            }
        }
        return BisectState(source: LocalPath.resolved(configuration.sync.source), host: host.name, good: good, bad: bad, targets: request.targets, jobs: request.jobs,
                           workersPerBuild: request.workersPerBuild, repeats: request.repeats, testsFromRevision: request.testsFromRevision)
    }

    // MARK: the end

    private func outcome(_ session: BisectSession, _ repository: GitRevisions) -> BisectOutcome {
        let state = session.state, plan = session.plan
        var trials = state.trials
        for index in trials.indices { trials[index].failures = [] }
        var outcome = BisectOutcome(trials: trials, commits: plan.graph.commits.count, rounds: state.rounds)
        let describe = { (commit: String) in
            repository.description(of: commit) ?? GitRevisions.Description(commit: commit, author: "", date: "", subject: "")
        }
        let head: String
        switch plan.standing {
        case .found(let commit):
            head = commit
            outcome.firstBad = describe(commit)
        case .left(let commits):
            head = commits.last ?? state.bad.commit
            outcome.left = commits.map(describe)
        case .open: head = state.bad.commit
        }
        outcome.after = session.trial(of: head)
        outcome.before = session.trial(of: lastGood(before: head, plan, state))
        outcome.lastGood = outcome.before.map { describe($0.commit) }
        outcome.mended = plan.mended
        return outcome
    }

    /// The latest good commit that another one contains.
    private func lastGood(before commit: String, _ plan: BisectPlan, _ state: BisectState) -> String {
        guard let place = plan.graph.place(of: commit) else { return state.good.commit }
        let reached = plan.graph.ancestors(of: place)
        return reached.indices.last { reached[$0] && plan.verdicts[$0] == .good }.map { plan.graph.commits[$0] } ?? state.good.commit
    }
}
