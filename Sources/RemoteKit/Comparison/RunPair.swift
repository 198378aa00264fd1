public import Fleet

/// Two runs and what is different between them, with all that a reader must know before the differences mean something.
public struct RunPair: Sendable, Equatable, Codable {
    /// Of this form, for programs.
    public var version = 1
    public var earlier: Side
    public var later: Side
    /// What makes the runs hard to compare.
    public var cautions: [Caution]
    public var comparison: RunComparison

    /// One of the runs.
    public struct Side: Sendable, Equatable, Codable {
        /// Its name.
        public var run: String
        /// Where it is on this machine.
        public var folder: String
        public var host: String
        public var project: String
        /// Seconds since 1970; `nil` for a run that had not ended when it was fetched.
        public var startedAt: Double?
        public var source: SourceState?
        /// `nil` where the run does not say what ran its files.
        public var engine: EngineIdentity?
        public var engineKind: EngineSpec.Kind
        /// Files.
        public var total: Int
        public var passed: Int
        public var failed: Int
        /// Whether it ran the whole suite, and has a record of each file.
        public var isFull: Bool
    }

    /// Something that is different between the runs beside the code that is tested.
    public enum Caution: String, Sendable, Codable, CaseIterable {
        case sameRun = "same-run"
        /// The first one that was named is the later one.
        case reversed
        case project
        /// The sources are the same: what differs comes from elsewhere, or is flaky.
        case sameSources = "same-sources"
        /// Another kind, library, version or program.
        case engine
        /// It cannot be told whether the engine is the same.
        case engineUnknown = "engine-unknown"
        /// Another dialect, other labels: the same files say something else.
        case suite
        /// Another machine: CPU times are not compared.
        case host
        /// It had not ended, was filtered, or has untested files: what is not in it is not told as new or gone.
        case earlierIsPartial = "earlier-is-partial"
        case laterIsPartial = "later-is-partial"
    }
}

extension RunPair {
    /// Reads two runs and compares them.
    /// - Parameter catalog: where earlier runs are that tell a file's own noise.
    /// - Throws: ``RemoteError`` `results` where records cannot be read.
    public init(_ earlier: RunFolder, _ later: RunFolder, in catalog: RunCatalog = RunCatalog()) throws(RemoteError) {
        let old = try RunDetails(earlier), new = try RunDetails(later)
        self.earlier = Side(old)
        self.later = Side(new)
        cautions = Self.cautions(earlier, later)
        let times = earlier.isLike(later) ? PastTimes.cpu(before: earlier, comparedWith: later, in: catalog) : nil
        comparison = .between(ComparedRun(old), ComparedRun(new), pastCPU: times)
    }

    private static func cautions(_ earlier: RunFolder, _ later: RunFolder) -> [Caution] {
        var found: [Caution] = []
        if earlier.spec.id == later.spec.id { found.append(.sameRun) }
        if earlier.spec.id > later.spec.id { found.append(.reversed) }
        if earlier.project != later.project { found.append(.project) }
        if earlier.spec.id != later.spec.id, let tree = earlier.onlyTree, tree == later.onlyTree { found.append(.sameSources) }
        if let caution = engines(earlier, later) { found.append(caution) }
        let (a, b) = (earlier.spec.engine, later.spec.engine)
        if a.dialect ?? "sqlite" != b.dialect ?? "sqlite" || a.labels ?? [] != b.labels ?? [] { found.append(.suite) }
        if !earlier.isOnHost(of: later) { found.append(.host) }
        if !earlier.isFull { found.append(.earlierIsPartial) }
        if !later.isFull { found.append(.laterIsPartial) }
        return found
    }

    /// The engine's program is mostly what is tested: that alone makes no other engine.
    private static func engines(_ earlier: RunFolder, _ later: RunFolder) -> Caution? {
        let (a, b) = (earlier.spec.engine, later.spec.engine)
        if a.kind != b.kind || a.command != b.command || a.library != b.library { return .engine }
        guard let one = earlier.engine, let other = later.engine else { return .engineUnknown }
        return one.name != other.name || one.version != other.version ? .engine : nil
    }
}

extension RunPair.Side {
    init(_ details: RunDetails) {
        let folder = details.folder, outcomes = details.outcomes
        self.init(run: folder.spec.id, folder: folder.origin, host: folder.hostName, project: folder.project, startedAt: folder.summary?.startedAt, source: folder.source,
                  engine: folder.engine, engineKind: folder.spec.engine.kind, total: details.files.count, passed: outcomes[.pass] ?? 0,
                  failed: outcomes.reduce(0) { $0 + ($1.key.isFailure ? $1.value : 0) }, isFull: folder.isFull)
    }
}

extension RunFolder {
    /// The digest of the sources that all files were tested on; `nil` where it is not known, or there were several.
    fileprivate var onlyTree: String? { (spec.resumedOn ?? []).isEmpty ? spec.source?.treeDigest : nil }
}
