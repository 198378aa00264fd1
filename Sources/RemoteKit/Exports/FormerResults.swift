import Fleet
import FoundationEssentials

/// A run in the JSON that the scripts which this replaces wrote, key by key, so that what reads it keeps working ("docs/migration.md").
public struct FormerResults: Encodable, Sendable, Equatable {
    public var summary: Summary
    public var testedFiles: TestedFiles
    /// All six, also those without files.
    public var categories: [String: Counters]
    public var detailedFailures: [FailedFile]

    enum CodingKeys: String, CodingKey {
        case summary, categories
        case testedFiles = "tested_files", detailedFailures = "detailed_failures"
    }

    /// `total` = `passed` + `failed` + `timed_out` + `errors` + `skipped`; files that are untested are in `total_available_files` only.
    public struct Counters: Encodable, Sendable, Equatable {
        public var total = 0
        public var passed = 0
        public var failed = 0
        public var timedOut = 0
        /// Crashed, out of memory, unreadable.
        public var errors = 0
        /// Blocked, unsupported, without tests.
        public var skipped = 0
        /// Percent of all files found, whatever became of them, with two places.
        public var passRate = 0.0

        enum CodingKeys: String, CodingKey {
            case total, passed, failed, errors, skipped
            case timedOut = "timed_out", passRate = "pass_rate"
        }

        mutating func add(_ outcome: Outcome) {
            switch outcome {
            case .pass: passed += 1
            case .fail: failed += 1
            case .timeout: timedOut += 1
            case .crashed, .outOfMemory, .unreadable: errors += 1
            case .blocked, .unsupported, .skipped: skipped += 1
            case .untested: return
            }
            total += 1
        }

        mutating func rate(of files: Int) { passRate = files > 0 ? (Double(passed) * 10_000 / Double(files)).rounded() / 100 : 0 }
    }

    public struct Summary: Encodable, Sendable, Equatable {
        public var counters = Counters()
        /// Every file that was found.
        public var totalAvailableFiles = 0
        /// Those with a verdict.
        public var testedFiles = 0

        enum CodingKeys: String, CodingKey { case totalAvailableFiles = "total_available_files", testedFiles = "tested_files" }

        public func encode(to encoder: any Encoder) throws {
            try counters.encode(to: encoder)
            var keys = encoder.container(keyedBy: CodingKeys.self)
            try keys.encode(totalAvailableFiles, forKey: .totalAvailableFiles)
            try keys.encode(testedFiles, forKey: .testedFiles)
        }
    }

    /// Names; `failed` also has the files that count as errors, so that no failure is in none of the lists.
    public struct TestedFiles: Encodable, Sendable, Equatable {
        public var passed: [String] = []
        public var failed: [String] = []
        public var timedOut: [String] = []

        enum CodingKeys: String, CodingKey {
            case passed, failed
            case timedOut = "timed_out"
        }
    }

    public struct FailedFile: Encodable, Sendable, Equatable {
        public var filePath: String
        public var failures: [Failure]

        enum CodingKeys: String, CodingKey {
            case failures
            case filePath = "file_path"
        }
    }

    public struct Failure: Encodable, Sendable, Equatable {
        public var sqlStatement: String
        public var expectedResult: String?
        public var actualResult: String?
        public var errorMessage: String
        public var lineNumber: Int?

        enum CodingKeys: String, CodingKey {
            case sqlStatement = "sql_statement", expectedResult = "expected_result", actualResult = "actual_result", errorMessage = "error_message", lineNumber = "line_number"
        }
    }
}

extension FormerResults {
    /// Of a soak run each file counts once, with the first of its rounds that failed; where none did, with one that passed.
    public init(_ run: RunDetails) {
        var outcomes: [String: Outcome] = [:]
        for file in run.files { outcomes[file.file] = outcomes[file.file].map { file.outcome.roundWeight > $0.roundWeight ? file.outcome : $0 } ?? file.outcome }
        var summary = Summary(), categories: [String: (counters: Counters, files: Int)] = [:]
        for name in SuiteCategory.former + ["other"] { categories[name] = (Counters(), 0) }
        var testedFiles = TestedFiles()
        for (file, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
            summary.counters.add(outcome)
            summary.totalAvailableFiles += 1
            if outcome.isVerdict { summary.testedFiles += 1 }
            categories[SuiteCategory(file).former]?.counters.add(outcome)
            categories[SuiteCategory(file).former]?.files += 1
            switch outcome {
            case .pass: testedFiles.passed.append(file)
            case .timeout: testedFiles.timedOut.append(file)
            case .fail, .crashed, .outOfMemory, .unreadable: testedFiles.failed.append(file)
            case .blocked, .unsupported, .skipped, .untested: break
            }
        }
        summary.counters.rate(of: summary.totalAvailableFiles)
        let counted = categories.mapValues { part in
            var counters = part.counters
            counters.rate(of: part.files)
            return counters
        }
        var seen: Set<String> = []
        let failed = run.records.filter { $0.outcome.isFailure && seen.insert($0.file).inserted }
        self.init(summary: summary, testedFiles: testedFiles, categories: counted, detailedFailures: failed.map(FailedFile.init))
    }
}

extension FormerResults.FailedFile {
    /// A file without failing records, as one that timed out, has one failure that says so.
    init(_ record: FileRecord) {
        filePath = record.file
        failures = record.failures.map { failure in
            let isCompared = !failure.expected.isEmpty || !failure.actual.isEmpty
            return FormerResults.Failure(sqlStatement: failure.sql, expectedResult: isCompared ? failure.expected : nil, actualResult: isCompared ? failure.actual : nil,
                                         errorMessage: failure.message, lineNumber: failure.line)
        }
        if failures.isEmpty || record.outcome != .fail {
            failures.append(FormerResults.Failure(sqlStatement: "", expectedResult: nil, actualResult: nil, errorMessage: record.message ?? record.outcome.word, lineNumber: record.stoppedAt))
        }
    }
}
