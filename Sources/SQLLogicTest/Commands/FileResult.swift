/// How one file of a command ended.
struct FileResult: Sendable {
    var file: String
    var end: Result<FileVerdict, SQLLogicTestError>
    var elapsed: Duration

    init(file: String, _ clock: ContinuousClock, _ body: () throws(SQLLogicTestError) -> FileVerdict) {
        self.file = file
        let begin = clock.now
        do throws(SQLLogicTestError) {
            end = .success(try body())
        } catch {
            end = .failure(error)
        }
        elapsed = clock.now - begin
    }

    var exitCode: Int32 {
        switch end {
        case .success(let verdict): verdict.passed ? 0 : 1
        case .failure: 2
        }
    }

    var passed: Bool { exitCode == 0 }

    var seconds: Double { Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18 }
}
