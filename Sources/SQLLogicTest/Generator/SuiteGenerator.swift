import FoundationEssentials

/// Writes suites of random scripts whose expected results come from SQLite, for load tests and for trying things out.
///
/// A seed stands for the same bytes on every machine, and a file's bytes depend on the seed, its number and the
/// failures planted in it only. Results are kept clear of what differs between versions of SQLite.
public struct SuiteGenerator: Sendable {
    /// What the suites are like.
    public var options: SuiteOptions

    /// - Parameter options: what the suites are like.
    public init(options: SuiteOptions = SuiteOptions()) { self.options = options }

    /// Writes a suite.
    /// - Parameters:
    ///   - seed: what the random choices start from.
    ///   - files: how many scripts, from 0.
    ///   - folder: where they go, each in the folder of its theme; made if it is not there.
    /// - Returns: what was written.
    /// - Throws: ``SQLLogicTestError/Code/usage`` if the options ask for what cannot be, ``SQLLogicTestError/Code/unwritable`` if a
    ///   file cannot be written.
    public func generate(seed: UInt64, files: Int, into folder: String) throws(SQLLogicTestError) -> GeneratedSuite {
        guard files >= 0, options.failures >= 0, options.failures == 0 || files > 0 else {
            throw SQLLogicTestError(.usage, "cannot plant \(options.failures) failures in \(files) files: ask for at least one file")
        }
        let engine = try SQLiteEngine()
        let plants = plan(seed: seed, files: files)
        var suite = GeneratedSuite()
        for number in 0..<files {
            let theme = ScriptTheme.allCases[number % ScriptTheme.allCases.count]
            let name = "\(theme.rawValue)/\(theme.rawValue)_\(Self.padded(number)).test"
            var author = ScriptAuthor(seed: Self.mix(seed, number), theme: theme, connection: try engine.makeDatabase(for: "generated").connectExclusively(),
                                      records: options.recordsPerFile, failures: plants[number] ?? 0)
            author.writeScript()
            try Self.add(author.script, named: name, to: &suite, in: folder)
        }
        if let seconds = options.slowSeconds { try addSlow(seconds, to: &suite, in: folder) }
        return suite
    }

    /// How many failures each file gets: one each, in random order, and round again.
    private func plan(seed: UInt64, files: Int) -> [Int: Int] {
        guard options.failures > 0, files > 0 else { return [:] }
        var random = SplitMix64(seed: ~seed)
        var order = Array(0..<files)
        var plan: [Int: Int] = [:]
        for index in 0..<options.failures {
            let place = index % files
            if index < files { order.swapAt(place, random.between(place, files - 1)) }
            plan[order[place], default: 0] += 1
        }
        return plan
    }

    private func addSlow(_ seconds: Int, to suite: inout GeneratedSuite, in folder: String) throws(SQLLogicTestError) {
        let (steps, overflows) = seconds.multipliedReportingOverflow(by: Self.slowStepsPerSecond)
        guard seconds > 0, !overflows, steps < Int(Int32.max) else {
            throw SQLLogicTestError(.usage, "cannot write a query of \(seconds) seconds: ask for 1 to 400")
        }
        var script = ScriptText()
        script.line("# One query that keeps a core busy for about \(seconds) s.")
        script.line("query I nosort")
        script.line("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < \(steps))")
        script.line("SELECT max(x) FROM c")
        script.line("----")
        script.line("\(steps)")
        script.tests = 1
        try Self.add(script, named: "slow/slow_\(seconds)s.test", to: &suite, in: folder)
    }

    /// About what one core does in a second.
    private static let slowStepsPerSecond = 5_000_000

    private static func add(_ script: borrowing ScriptText, named name: String, to suite: inout GeneratedSuite,
                            in folder: String) throws(SQLLogicTestError) {
        let path = folder + "/" + name
        do {
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try Data(buffer: script.bytes.bytes).write(to: URL(filePath: path))
        } catch {
            throw SQLLogicTestError(.unwritable, "cannot write \(path): \(error)")
        }
        suite.files.append(name)
        suite.bytes += script.bytes.count
        suite.tests += script.tests
        suite.skipped += script.skipped
        for line in script.planted { suite.planted.append(.init(file: name, line: line)) }
    }

    private static func mix(_ seed: UInt64, _ number: Int) -> UInt64 {
        var random = SplitMix64(seed: seed ^ (UInt64(number) &* 0xD134_2543_DE82_EF95))
        return random.next()
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
