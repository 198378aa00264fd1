import FoundationEssentials
import SQLLogicTest
import Testing
import TestSupport

@Suite("Generated suites") struct GeneratorTests {
    /// The bytes of each file of `suite`.
    private func contents(_ suite: GeneratedSuite, in folder: TemporaryFolder) throws -> [String: Data] {
        try suite.files.reduce(into: [:]) { $0[$1] = try Data(contentsOf: URL(filePath: folder.file($1))) }
    }

    private func run(_ suite: GeneratedSuite, in folder: TemporaryFolder) throws -> [String: FileVerdict] {
        let engine = try SQLiteEngine()
        return try suite.files.reduce(into: [:]) { $0[$1] = try FileRunner().run(path: folder.file($1), on: engine) }
    }

    @Test("a seed stands for the same bytes, and another for others")
    func deterministic() throws {
        let folders = try [TemporaryFolder(), TemporaryFolder(), TemporaryFolder()]
        let generator = SuiteGenerator()
        let first = try generator.generate(seed: 7, files: 8, into: folders[0].path)
        let second = try generator.generate(seed: 7, files: 8, into: folders[1].path)
        let third = try generator.generate(seed: 8, files: 8, into: folders[2].path)
        #expect(first == second)
        #expect(try contents(first, in: folders[0]) == contents(second, in: folders[1]))
        #expect(try contents(first, in: folders[0]) != contents(third, in: folders[2]))
    }

    @Test("a file does not depend on how many there are")
    func stableFiles() throws {
        let folders = try [TemporaryFolder(), TemporaryFolder()]
        let few = try SuiteGenerator().generate(seed: 1, files: 3, into: folders[0].path)
        let many = try SuiteGenerator().generate(seed: 1, files: 6, into: folders[1].path)
        let contents = try contents(many, in: folders[1])
        for (name, bytes) in try self.contents(few, in: folders[0]) { #expect(contents[name] == bytes) }
    }

    @Test("a generated suite passes, and its counts are known beforehand")
    func passes() throws {
        let folder = try TemporaryFolder()
        let suite = try SuiteGenerator().generate(seed: 42, files: 40, into: folder.path)
        let verdicts = try run(suite, in: folder)
        for (name, verdict) in verdicts { #expect(verdict.passed, "\(name): \(verdict.failures.prefix(2))") }
        #expect(suite.tests == verdicts.values.reduce(0) { $0 + $1.tests })
        #expect(suite.skipped == verdicts.values.reduce(0) { $0 + $1.skipped })
        #expect(suite.skipped > 0)
        #expect(Set(suite.files.compactMap { $0.split(separator: "/").first }) == ["select", "index", "random", "evidence"])
    }

    @Test("a suite uses every kind of record", arguments: [
        "statement ok", "statement error", " nosort\n", " rowsort\n", " valuesort\n", " label-1\n", " values hashing to ", "\nskipif ", "\nonlyif ",
        "NULL\n", "(empty)\n", "@@", " JOIN ", "GROUP BY", "CREATE INDEX", "CREATE VIEW", "query I", "query T", "query R", ".250\n",
    ])
    func covers(text: String) throws {
        let folder = try TemporaryFolder()
        let suite = try SuiteGenerator().generate(seed: 3, files: 16, into: folder.path)
        let all = try contents(suite, in: folder).values.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(all.contains(text))
    }

    @Test("planted failures are found where they were planted, and nothing else", arguments: [1, 5, 12, 60])
    func plants(count: Int) throws {
        let folder = try TemporaryFolder()
        var options = SuiteOptions()
        options.failures = count
        let suite = try SuiteGenerator(options: options).generate(seed: 99, files: 12, into: folder.path)
        #expect(suite.planted.count == count)
        let found = try run(suite, in: folder).flatMap { name, verdict in verdict.failures.map { "\(name):\($0.line)" } }
        #expect(found.sorted() == suite.planted.map { "\($0.file):\($0.line)" }.sorted())
        #expect(Set(suite.planted.map(\.file)).count == min(count, 12))
    }

    @Test("the number of records can be chosen")
    func records() throws {
        let folders = try [TemporaryFolder(), TemporaryFolder()]
        var options = SuiteOptions()
        options.recordsPerFile = 20
        let small = try SuiteGenerator(options: options).generate(seed: 5, files: 20, into: folders[0].path)
        options.recordsPerFile = 100
        let large = try SuiteGenerator(options: options).generate(seed: 5, files: 20, into: folders[1].path)
        #expect(large.tests > 2 * small.tests)
    }

    @Test("a slow file can be added, and it passes")
    func slow() throws {
        let folder = try TemporaryFolder()
        var options = SuiteOptions()
        options.slowSeconds = 1
        let suite = try SuiteGenerator(options: options).generate(seed: 5, files: 0, into: folder.path)
        #expect(suite.files == ["slow/slow_1s.test"])
        let verdict = try #require(try run(suite, in: folder).values.first)
        #expect(verdict.passed)
        #expect(verdict.tests == suite.tests)
    }

    @Test("what cannot be generated is refused", arguments: [(-1, 0, 1), (0, 1, 1), (1, -1, 1), (1, 0, 0), (1, 0, Int.max)])
    func refused(files: Int, failures: Int, seconds: Int) throws {
        let folder = try TemporaryFolder()
        var options = SuiteOptions()
        options.failures = failures
        options.slowSeconds = seconds
        let error = #expect(throws: SQLLogicTestError.self) {
            try SuiteGenerator(options: options).generate(seed: 1, files: files, into: folder.path)
        }
        #expect(error?.code == .usage)
    }

    @Test("a folder that cannot be written is an error")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("", to: "file")
        let error = #expect(throws: SQLLogicTestError.self) { try SuiteGenerator().generate(seed: 1, files: 1, into: file) }
        #expect(error?.code == .unwritable)
    }
}
