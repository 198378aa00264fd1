@testable import Fleet
import Platform
import Testing

@Suite("secrets in records") struct RecordRedactionTests {
    private let record = FileRecord(id: 0, file: "a.test", outcome: .fail, finishedAt: 1, message: "cannot reach postgres://me:s3cret@db/x",
                                    failures: [RecordFailure(line: 1, message: "PGPASSWORD=s3cret", sql: "SELECT 'password=s3cret'", expected: "", actual: "s3cret")],
                                    output: "token=s3cret\nend")

    @Test("messages and output lose what has the form of a secret, whatever secrets are known; the script's words lose known ones only", arguments: [[], ["other1"], ["s3cret"]])
    func forms(known: [String]) {
        let redacted = record.redacted(by: Redaction(known))
        #expect(redacted.message == "cannot reach postgres://me:***@db/x")
        #expect(redacted.output == "token=***\nend")
        #expect(redacted.failures.map(\.message) == ["PGPASSWORD=***"])
        let isKnown = known == ["s3cret"]
        #expect(redacted.failures.map(\.sql) == [isKnown ? "SELECT 'password=***'" : "SELECT 'password=s3cret'"])
        #expect(redacted.failures.map(\.actual) == [isKnown ? "***" : "s3cret"])
    }
}
