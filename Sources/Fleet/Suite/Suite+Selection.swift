import Platform

extension Suite {
    /// The files of `selection` in its order. Blocked files stay, so that they are counted, unless a shard or a filter
    /// leaves them to another run.
    /// - Throws: ``FleetError``: `noFiles` when nothing to run is left, `invalid` for a filter that cannot be read.
    public func selecting(_ selection: Selection, history: SuiteHistory, seed: UInt64) throws(FleetError) -> Suite {
        var files = self.files
        var filters: [FileFilter] = []
        for text in selection.filters ?? [] { filters.append(try FileFilter(text)) }
        if !filters.isEmpty { files.removeAll { file in !filters.contains { $0.matches(file.name) } } }
        if let shard = selection.shard {
            files.sort { $0.name.lexicographicallyPrecedes($1.name) }
            files = files.enumerated().filter { $0.offset % shard.count == shard.number - 1 }.map(\.element)
        }
        if let sample = selection.sample { files = try Suite.drawn(sample, from: files) }
        if selection.failedOnly == true { files.removeAll { $0.blockedReason == nil && !history.failedLast($0) } }
        guard files.contains(where: { $0.blockedReason == nil }) || (selection.failedOnly != true && !files.isEmpty) else {
            throw FleetError(.noFiles, "cannot make a run: \(Suite.whyEmpty(selection))", remedy: selection.failedOnly == true ? .allFiles : nil)
        }
        return Suite(files: RunOrder.sorted(files, selection.order ?? .history, history, seed: seed))
    }

    /// The files of these keys, which somebody has chosen from the whole suite.
    /// - Throws: ``FleetError`` `noFiles` where some of them are not there.
    public func only(_ keys: Set<UInt64>) throws(FleetError) -> Suite {
        let chosen = files.filter { keys.contains($0.key) }
        guard chosen.count >= keys.count else {
            throw FleetError(.noFiles, "cannot make a run: \(keys.count - chosen.count) of its files are not there; the sources and what the build makes must be the same on each host")
        }
        return Suite(files: chosen)
    }

    /// What each file is expected to take, in seconds; in bytes where nothing is known of any.
    public func expected(_ history: SuiteHistory) -> [Double] { RunOrder.expected(files, history) }

    /// The files that are wanted in any case, and others by the seed. A blocked one is nobody's company.
    private static func drawn(_ sample: Selection.Sample, from files: [SuiteFile]) throws(FleetError) -> [SuiteFile] {
        let wanted = Set(sample.keep.map { Array($0.utf8) })
        let kept = files.filter { wanted.contains($0.name) }
        guard kept.count == wanted.count else { throw FleetError(.noFiles, "cannot make a run: the suite has not all of \(sample.keep.joined(separator: ", "))") }
        let others = files.filter { !wanted.contains($0.name) && $0.blockedReason == nil }
            .map { (key: StableHash.of($0.name, sample.seed), file: $0) }
            .sorted { ($0.key, $0.file.text) < ($1.key, $1.file.text) }
        return kept + others.prefix(max(0, sample.others)).map(\.file)
    }

    private static func whyEmpty(_ selection: Selection) -> String {
        if selection.failedOnly == true { return "no file of the suite failed when it was last run" }
        if let shard = selection.shard { return "shard \(shard.number)/\(shard.count) has no files" }
        return "no file of the suite matches the filter"
    }
}
