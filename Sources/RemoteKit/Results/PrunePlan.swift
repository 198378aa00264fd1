import Fleet

/// Which runs are old enough to go: a decision about values. Of each project the latest stay, and those that are younger than an age.
public struct PrunePlan: Sendable, Equatable {
    /// How many of the latest runs of each project stay, whatever their age.
    public var keep: Int
    /// Seconds; a run that is younger stays.
    public var age: Double
    /// Seconds since 1970.
    public var now: Double
    /// Whose runs go: `user@machine`; `nil` for everybody's.
    public var owner: String?
    /// Only runs of this project; `nil` for those of all.
    public var project: String?
    /// Whether runs go that are not here as they ended there.
    public var takesUnfetched = false

    /// Each parameter is the property of the same name.
    public init(keep: Int, age: Double, now: Double, owner: String?, project: String?) {
        self.keep = keep
        self.age = age
        self.now = now
        self.owner = owner
        self.project = project
    }

    /// A run as the plan needs to know it.
    public struct Candidate: Sendable, Equatable {
        /// The name of the run.
        public var id: String
        public var project: String?
        public var owner: String?
        /// When it ended, or was made; seconds since 1970.
        public var time: Double
        public var isLive: Bool
        /// Whether it has been brought home as it ended.
        public var isFetched: Bool

        /// Each parameter is the property of the same name.
        public init(id: String, project: String?, owner: String?, time: Double, isLive: Bool, isFetched: Bool) {
            self.id = id
            self.project = project
            self.owner = owner
            self.time = time
            self.isLive = isLive
            self.isFetched = isFetched
        }
    }

    /// Why a run that is old enough stays.
    public enum Reason: String, Sendable, Equatable, Codable {
        case live
        case others
        case unfetched
    }

    /// What becomes of the runs, the oldest first. Those that are not old enough, or of another project, are not among them.
    public func decide(_ runs: [Candidate]) -> [(run: Candidate, reason: Reason?)] {
        var seen: [String?: Int] = [:]
        var decided: [(run: Candidate, reason: Reason?)] = []
        for run in runs.sorted(by: { $0.id > $1.id }) {
            seen[run.project, default: 0] += 1
            guard project == nil || run.project == project, seen[run.project, default: 0] > keep, now - run.time >= age else { continue }
            decided.append((run, reason(run)))
        }
        return decided.reversed()
    }

    private func reason(_ run: Candidate) -> Reason? {
        if run.isLive { return .live }
        if let owner, run.owner != owner { return .others }
        return run.isFetched || takesUnfetched ? nil : .unfetched
    }
}
