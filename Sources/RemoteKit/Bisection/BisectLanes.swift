import Fleet
import Synchronization
import TreeSync

extension BisectSearch {
    /// The workspaces, each with one revision at a time.
    struct Lanes: Sendable {
        private let search: BisectSearch
        private let workspaces: [BisectWorkspace]
        private let used: SharedFlags

        /// Which workspaces something may have been built in.
        private final class SharedFlags: Sendable {
            let flags: Mutex<[Bool]>
            init(_ flags: [Bool]) { self.flags = Mutex(flags) }
        }

        /// - Parameter areUsed: whether something may have been built there before.
        init(_ search: BisectSearch, areUsed: Bool) throws(RemoteError) {
            self.search = search
            let state = search.session.state, place = search.place
            var workspaces: [BisectWorkspace] = []
            for number in 1...state.jobs {
                var host = place.host, configuration = place.configuration(number)
                host.settings.workspace = state.workspaces[number - 1].path
                configuration.suite.files = Set(state.targets.map(\.file)).sorted().map { Glob.literal($0) }
                configuration.suite.block = []
                configuration.suite.knownFailures = nil
                configuration.namesFiles = true
                configuration.run.mode = .drain
                configuration.run.retries = 0
                configuration.run.flaky = .warn
                configuration.run.workers = .exactly(state.workersPerBuild)
                workspaces.append(BisectWorkspace(
                    host: host, configuration: configuration, tree: try place.folder.tree(number, of: place.repository),
                    testsFrom: state.testsFromRevision ? nil : place.folder.tests, targets: state.targets, repeats: state.repeats,
                    results: "\(place.folder.results)/\(number)", commandLine: search.commandLine, events: search.events, noteRun: { search.session.noteRun($0) }))
            }
            self.workspaces = workspaces
            used = SharedFlags([Bool](repeating: areUsed, count: workspaces.count))
        }

        /// Tries all of them; a verdict counts as soon as it is there.
        func run(_ commits: [String]) async throws {
            var waiting = commits[...]
            try await withThrowingTaskGroup(of: Int.self) { group in
                for lane in workspaces.indices {
                    guard let commit = waiting.popFirst() else { break }
                    group.addTask { try await attempt(commit, in: lane) }
                }
                while let lane = try await group.next() {
                    if let commit = waiting.popFirst() { group.addTask { try await attempt(commit, in: lane) } }
                }
            }
        }

        private func attempt(_ commit: String, in lane: Int) async throws -> Int {
            let session = search.session
            let clears = session.state.workspaces[lane].isUnfinished, isUsed = used.flags.withLock { $0[lane] }
            let judge = try search.judge(for: commit)
            try session.change { $0.workspaces[lane].isUnfinished = true }
            let trial = try await workspaces[lane].run(commit, judge, isUsed: isUsed, clears: clears)
            used.flags.withLock { $0[lane] = true }
            try session.change { $0.workspaces[lane].isUnfinished = false }
            try session.take(trial)
            search.events(.judged(trial, search.place.repository.description(of: commit)))
            try search.checkEnds()
            return lane
        }
    }
}
