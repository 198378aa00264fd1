/// How one file of a command ended.
public struct FileResult: Sendable, Codable {
    /// As it was given.
    public var file: String
    /// Nil if the file gave none.
    public var verdict: FileVerdict?
    /// Why there is no verdict.
    public var error: SQLLogicTestError?
    public var seconds: Double

    public init(file: String, verdict: FileVerdict, seconds: Double) {
        self.file = file
        self.verdict = verdict
        self.seconds = seconds
    }

    init(file: String, _ body: () throws(SQLLogicTestError) -> FileVerdict) {
        self.file = file
        let clock = ContinuousClock()
        let begin = clock.now
        do throws(SQLLogicTestError) {
            verdict = try body()
        } catch {
            self.error = error
        }
        seconds = (clock.now - begin).seconds
    }

    var exitCode: Int32 { verdict.map { $0.passed ? 0 : 1 } ?? 2 }

    var passed: Bool { exitCode == 0 }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
