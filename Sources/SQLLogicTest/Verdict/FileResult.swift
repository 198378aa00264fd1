import Platform

/// How one file of a command ended.
package struct FileResult: Sendable, Codable {
    /// The path as it was given.
    package var file: String
    /// Nil if the file gave none.
    package var verdict: FileVerdict?
    /// Why there is no verdict.
    package var error: SQLLogicTestError?
    /// Where ``verdict`` is that of a part: what else it tells.
    package var part: PartReport?
    /// Seconds on the clock.
    package var seconds: Double
    /// The database, where it is to stay.
    package var database: LeftDatabase?
    /// Why it is not all there, or not at all.
    package var databaseProblem: String?

    package init(file: String, verdict: FileVerdict, seconds: Double) {
        self.file = file
        self.verdict = verdict
        self.seconds = seconds
    }

    init(file: String, _ body: () throws(SQLLogicTestError) -> FileVerdict) {
        self.file = file
        let begin = Clock.monotonic
        do throws(SQLLogicTestError) {
            verdict = try body()
        } catch {
            self.error = error
        }
        seconds = Clock.seconds(since: begin)
    }

    /// With file names in the form for people and programs; see ``RawPath``.
    var shown: FileResult {
        var shown = self
        shown.file = RawPath.shown(name: file)
        shown.error = error.map { SQLLogicTestError($0.code, RawPath.shown($0.message), isRetryable: $0.isRetryable) }
        guard var verdict else { return shown }
        verdict.skipReason = verdict.skipReason.map { RawPath.shown($0) }
        for index in verdict.failures.indices {
            verdict.failures[index].file = verdict.failures[index].file.map { RawPath.shown(name: $0) }
            verdict.failures[index].message = RawPath.shown(verdict.failures[index].message)
        }
        shown.verdict = verdict
        return shown
    }

    /// The program's exit code for this file alone: 0 if nothing failed, 1 if a test did, 2 if it could not be run, 6 if the
    /// engine could not be used.
    var exitCode: Int32 {
        guard let verdict else { return isWithoutEngine ? 6 : 2 }
        return switch verdict.outcome {
        case .pass, .unsupported, .skipped: 0
        case .fail, .timeout, .crashed, .outOfMemory: 1
        }
    }

    /// Whether the engine could not be used for it.
    var isWithoutEngine: Bool { error?.code == .engine }

    /// Whether a test failed or the file could not be run. False for one that is unsupported or has no tests.
    var hasFailed: Bool { exitCode != 0 }
}
