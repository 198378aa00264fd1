extension Suite {
    /// Seconds that a file must be expected to take before it is cut.
    static let leastSeconds = 1.0

    /// Says of each file in how many parts it is to be run. Files that exclude each other are not cut.
    /// - Parameters:
    ///   - workers: who share the run.
    ///   - history: what files are expected to take.
    /// - Throws: ``FleetError`` `invalid` for a glob that cannot be read.
    public func divided(_ rule: SplitRule, workers: Int, history: SuiteHistory, groups: [FileGroup]) throws(FleetError) -> Suite {
        var suite = self
        if rule == .off { return suite }
        var apart: [Glob] = []
        for text in groups.flatMap(\.files) { apart.append(try Glob(text)) }
        let expected = RunOrder.expected(files, history)
        let total = zip(files, expected).reduce(0) { $0 + ($1.0.blockedReason == nil ? $1.1 : 0) }
        for (index, file) in files.enumerated() where file.blockedReason == nil && !apart.contains(where: { $0.matches(file.name) }) {
            let known = history[file].map { Double($0.duration) }
            switch rule {
            case .off: continue
            // Who names a number has decided that it is worth what it costs.
            case .parts(let count): suite.files[index].parts = count
            case .auto:
                suite.files[index].parts = Suite.parts(known ?? 0, share: total / Double(max(1, workers)), workers: workers)
                suite.files[index].expected = known ?? 0
            }
        }
        return suite
    }

    /// So many that none takes longer than a worker's share; 0 for a file that fits into one.
    private static func parts(_ seconds: Double, share: Double, workers: Int) -> Int {
        guard seconds >= leastSeconds, share > 0, seconds > share else { return 0 }
        return min(workers, SplitRule.most, Int((seconds / share).rounded(.up)))
    }
}
