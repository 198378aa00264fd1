/// What `slt-worker generate --seed N --files M DIR` does.
public struct GenerateCommand: Sendable {
    public var seed: UInt64
    public var files: Int
    public var folder: String
    public var options = SuiteOptions()

    public init(seed: UInt64, files: Int, folder: String) {
        self.seed = seed
        self.files = files
        self.folder = folder
    }

    /// Writes the suite and says in text what it is; planted failures are listed as `FILE:LINE`.
    public func run(output: (String) -> Void) throws(SQLLogicTestError) {
        let suite = try SuiteGenerator(options: options).generate(seed: seed, files: files, into: folder)
        output("\(suite.files.count) files, \(suite.bytes) bytes, \(suite.tests) tests and \(suite.skipped) skipped records in \(folder)\n")
        for plant in suite.planted { output("planted failure: \(plant.file):\(plant.line)\n") }
    }
}
