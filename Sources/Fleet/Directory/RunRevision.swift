import Platform

/// What a resumed run has other than its specification says: `resumed.json`. `spec.json` stays as it was written.
public struct RunRevision: Codable, Sendable, Equatable {
    /// Worker processes to keep alive.
    public var workers: Int?
    /// Seconds.
    public var timeBudget: Double?
    /// Other sources on which the run was resumed, in that order.
    public var sources: [SourceState]?
}

extension RunRevision {
    /// What the run is asked to do since it was resumed.
    package func applied(to spec: RunSpec) -> RunSpec {
        var spec = spec
        if let workers { spec.workers = workers }
        if let timeBudget { spec.timeBudget = timeBudget }
        spec.resumedOn = sources
        return spec
    }
}

extension RunDirectory {
    /// Applies what a resume has changed.
    static func revised(_ spec: RunSpec, _ layout: RunLayout) throws(FleetError) -> RunSpec {
        guard layout.revision.exists else { return spec }
        return try JSON.decode(RunRevision.self, try layout.revision.contents(limit: 16 << 20), layout.revision).applied(to: spec)
    }

    /// Prepares a run without a supervisor for being resumed otherwise than it was started.
    /// - Parameters:
    ///   - stamp: what is in its workspace now; `nil` where that is not known.
    ///   - force: whether it may go on on other sources, which are then noted.
    /// - Returns: the directory as it is now.
    /// - Throws: ``FleetError`` `invalid` where the sources are others, or there is no room for so many workers.
    public func revised(workers: Int?, timeBudget: Double?, stamp: SourceStamp?, force: Bool) throws(FleetError) -> RunDirectory {
        let other = try otherSources(stamp, force: force)
        guard workers != nil || timeBudget != nil || other != nil else { return self }
        let most = try ScoreboardReading(layout.scoreboard).capacity
        if let workers, workers < 1 || workers > most {
            throw FleetError(.invalid, "cannot resume run \(spec.id) with \(workers) workers: it can have 1 to \(most)")
        }
        if let timeBudget, !(timeBudget > 0 && timeBudget.isFinite) {
            throw FleetError(.invalid, "cannot resume run \(spec.id): its time must be above 0 s")
        }
        let sources = (spec.resumedOn ?? []) + [other].compactMap(\.self)
        let revision = RunRevision(workers: workers ?? spec.workers, timeBudget: timeBudget ?? spec.timeBudget, sources: sources.isEmpty ? nil : sources)
        try layout.revision.replace(with: JSON.encode(revision))
        // A wish of the time before would come first.
        if workers != nil { layout.workers.unlink() }
        return try RunDirectory.open(path: path)
    }

    /// - Returns: what the run goes on on, where that is something else than before.
    private func otherSources(_ stamp: SourceStamp?, force: Bool) throws(FleetError) -> SourceState? {
        // What it was forced upon in the midst of a sync has no digest, and is like nothing else.
        guard let stamp, let before = spec.resumedOn?.last ?? spec.source, before.treeDigest != nil || spec.resumedOn != nil else { return nil }
        // What a partial sync brought is what a run tests that was allowed to go on with it.
        if before.partialSync == true, stamp.source?.treeDigest == before.treeDigest { return nil }
        let isUnfinished = stamp.isUnfinished == true
        if !isUnfinished, stamp.source?.treeDigest == nil || stamp.source?.treeDigest == before.treeDigest { return nil }
        let now = isUnfinished ? "the last sync into \(spec.workspace) did not finish" : "\(stamp.source?.words ?? "") is in \(spec.workspace) now"
        guard force else {
            throw FleetError(.invalid, "cannot resume run \(spec.id): its sources have changed: it ran on \(before.words), and \(now)",
                             remedy: .resumeOnOtherSources)
        }
        return isUnfinished ? SourceState() : stamp.source
    }
}
