import Fleet

/// Failures of every kind, as a worker would write them.
enum PageFailures {
    /// Makes a record fail; `number` chooses how.
    static func spoil(_ record: inout FileRecord, number: Int) {
        record.outcome = .fail
        switch number % 10 {
        case 0: record.failures = [wrongRows(12 + number % 40)]
        case 1: record.failures = [hashed(31, proven: true), wrongRows(90)]
        case 2: record.failures = statement()
        case 3: record.failures = [order(54)]
        case 4: record.failures = [formatting(8)]
        case 5: record.failures = [hashed(77, proven: false)]
        case 6: record.failures = [success(23), wrongError(61)]
        case 7: record.failures = [columns(19)]
        case 8:
            record.outcome = number % 20 == 8 ? .timeout : .outOfMemory
            record.message = record.outcome == .timeout ? "killed after 5m00s" : "out of memory: 2.0 GB were allowed"
            record.stoppedAt = 210
        default:
            record.outcome = .crashed
            record.message = "signal 11 (segmentation fault)"
            record.output = "quackdb: physical_hash_join.cpp:418: assertion failed: build_side.count == expected\n#0 PhysicalHashJoin::Finalize\n#1 Pipeline::Execute\n#2 Executor::Run\n"
            record.stoppedAt = 88
        }
        record.errors = record.failures.count + (number % 20 == 10 ? 2 : 0)
        record.consequences = record.failures.count { $0.causedBy != nil }
    }

    static func failure(_ line: Int, _ kind: FailureKind, _ message: String, sql: String, expected: String = "", actual: String = "") -> RecordFailure {
        var failure = RecordFailure(line: line, message: message, sql: sql, expected: expected, actual: actual)
        failure.kind = kind
        failure.recordLine = line
        failure.identity = RecordIdentity(digest: "00112233445566aa", occurrence: line)
        return failure
    }

    static func wrongRows(_ line: Int) -> RecordFailure {
        failure(line, .wrongRows, "wrong result", sql: "SELECT region, sum(amount) AS total, count(*)\n  FROM orders\n WHERE placed >= '2026-01-01' AND amount > 12.5\n GROUP BY region\n ORDER BY region",
                expected: "east\n1200\n17\nnorth\n310\n4", actual: "east\n1200\n17\nnorth\n300\n3")
    }

    static func hashed(_ line: Int, proven: Bool) -> RecordFailure {
        var failure = failure(line, .wrongRows, "wrong result", sql: "SELECT a, b, c, d FROM t1 WHERE a BETWEEN 100 AND 180 AND (c > d OR b IS NULL) ORDER BY a, b",
                              expected: "\(proven ? 120 : 96) values hashing to 9c4fdc1d5f4b2b3f1a2d6b0b8f5c8f11", actual: "120 values hashing to 0f5a1be1d2d7c9a55a55a0f8a86b7c10")
        failure.isHashed = true
        return failure
    }

    static func statement() -> [RecordFailure] {
        let cause = failure(41, .unexpectedError, "statement error: Catalog Error: Type with name \"hugeint[]\" does not exist", sql: "CREATE TABLE wide (id INTEGER PRIMARY KEY, parts hugeint[])")
        return [cause] + (0..<7).map { index in
            var failure = failure(45 + index * 4, .unexpectedError, "query error: no such table: wide", sql: "SELECT count(*) FROM wide WHERE id > \(index)")
            failure.causedBy = 41
            return failure
        }
    }

    static func order(_ line: Int) -> RecordFailure {
        failure(line, .rowOrder, "wrong result", sql: "SELECT name, born FROM people", expected: "Ada\n1815\nAlan\n1912\nGrace\n1906", actual: "Grace\n1906\nAda\n1815\nAlan\n1912")
    }

    static func formatting(_ line: Int) -> RecordFailure {
        var failure = failure(line, .formatting, "wrong result", sql: "SELECT avg(x) FROM (VALUES (0.1), (0.2), (0.3)) AS v(x)", expected: "0.2", actual: "0.20000000000000004")
        failure.ulps = 1
        return failure
    }

    static func success(_ line: Int) -> RecordFailure {
        failure(line, .unexpectedSuccess, "statement succeeded, and should have failed", sql: "INSERT INTO t VALUES (1, NULL) -- NOT NULL")
    }

    static func wrongError(_ line: Int) -> RecordFailure {
        failure(line, .wrongError, "other error", sql: "SELECT 1/0", expected: "division by zero", actual: "Conversion Error: infinite")
    }

    static func columns(_ line: Int) -> RecordFailure {
        failure(line, .columns, "expected 2 columns, got 3", sql: "SELECT * FROM pair ORDER BY 1", expected: "1\n2", actual: "1\n2\n3")
    }

    /// The rows behind a failure; nil where the record itself has all.
    static func rows(_ failure: RecordFailure, _ id: Int) -> FailureRows? {
        guard let line = failure.recordLine, failure.kind == .wrongRows || failure.kind == .rowOrder else { return nil }
        var rows: FailureRows
        if failure.kind == .rowOrder {
            rows = FailureRows(recordLine: line, columns: 2, isValues: false, expected: ["Ada", "1815", "Alan", "1912", "Grace", "1906"], actual: ["Grace", "1906", "Ada", "1815", "Alan", "1912"])
        } else if failure.isHashed != true {
            rows = FailureRows(recordLine: line, columns: 3, isValues: false, expected: ["east", "1200", "17", "north", "310", "4", "south", "95", "2", "west", "770", "9"],
                               actual: ["east", "1200", "17", "north", "300", "3", "south", "95", "2", "west", "770", "9", "NULL", "40", "1"])
        } else if failure.expected.hasPrefix("120") {
            let expected = (0..<30).flatMap { ["\(100 + $0 * 2)", $0 % 7 == 0 ? "NULL" : "\($0 * 31 % 97)", "\($0 * 17 % 89)", "label \($0)"] }
            var actual = expected
            actual[41] = "NULL"
            actual.removeSubrange(76..<80)
            actual += ["160", "12", "9", "label 30"]
            rows = FailureRows(recordLine: line, columns: 4, isValues: false, expected: expected, actual: actual)
            rows.provenBy = "sqlite 3.40.1"
        } else {
            rows = FailureRows(recordLine: line, columns: 4, isValues: false, expected: nil, actual: (0..<24).map { "\($0 * 13 % 101)" })
            rows.actualCount = 120
            rows.unknown = "sqlite 3.40.1 has no function list_sort"
        }
        rows.identity = failure.identity
        return rows
    }
}
