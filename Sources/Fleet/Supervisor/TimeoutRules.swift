/// The wall-clock limits of a run's files.
struct TimeoutRules {
    let standard: Double
    private let rules: [(glob: Glob, seconds: Double)]
    /// No file has less.
    let least: Double

    init(_ spec: RunSpec) throws(FleetError) {
        standard = spec.fileTimeout
        var rules: [(glob: Glob, seconds: Double)] = []
        for rule in spec.fileTimeouts ?? [] { rules.append((try Glob(rule.files), rule.seconds)) }
        self.rules = rules
        least = rules.map(\.seconds).min().map { min($0, spec.fileTimeout) } ?? spec.fileTimeout
    }

    var isPlain: Bool { rules.isEmpty }
    func seconds(for name: [UInt8]) -> Double { rules.first { $0.glob.matches(name) }?.seconds ?? standard }
}
