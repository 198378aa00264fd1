import Testing
@testable import Fleet

/// What is said of a file whose worker has ended.
struct EndedWorkerTests {
    @Test("a file whose worker has ended was left at its last record")
    func left() {
        var record = FileRecord(id: 0, file: "f", outcome: .timeout, finishedAt: 0)
        record.explain("timed out", line: 12)
        #expect(record.stoppedAt == 12)
        #expect(record.failures.map(\.kind) == [.other])
        #expect(record.failures.map(\.recordLine) == [12])
        record = FileRecord(id: 0, file: "f", outcome: .crashed, finishedAt: 0)
        record.explain("its worker was lost", line: 0)
        #expect(record.stoppedAt == 0)
        #expect(record.failures == [])
    }
}
