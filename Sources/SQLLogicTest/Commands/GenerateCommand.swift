/// Writes a suite and reports on it.
package struct GenerateCommand: Sendable {
    package var seed: UInt64
    package var files: Int
    package var folder: String
    package var options = SuiteOptions()

    package init(seed: UInt64, files: Int, folder: String) {
        self.seed = seed
        self.files = files
        self.folder = folder
    }

    /// Writes the suite and says in text what it is; planted failures are listed as `FILE:LINE`.
    package func run(output: (String) -> Void) throws(SQLLogicTestError) {
        let suite = try SuiteGenerator(options: options).generate(seed: seed, files: files, into: folder)
        output("\(suite.files.count) files, \(suite.bytes) bytes, \(suite.tests) tests and \(suite.skipped) skipped records in \(folder)\n")
        for plant in suite.planted { output("planted failure: \(plant.file):\(plant.line)\n") }
    }
}
