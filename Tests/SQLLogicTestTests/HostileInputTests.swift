@testable import SQLLogicTest
import Testing

/// The parser and the runner are total: no bytes crash them or keep them for ever.
@Suite("Hostile input") struct HostileInputTests {
    private static let seed = """
        # comment\r
        hash-threshold 3\r
        \r
        statement ok\r
        CREATE TABLE t(a INTEGER, b TEXT)\r

        statement ok
        INSERT INTO t VALUES(1,'x'),(2,NULL),(3,'')

        skipif mysql
        onlyif sqlite
        query IT rowsort label-1
        SELECT a, b
        FROM t
        ----
        6 values hashing to 91ff90854a35e9226df03b9b06c2f9c8

        onlyif mysql
        query R valuesort label-1
        SELECT a*1.5 FROM t
        ----
        1.500

        statement error
        INSERT INTO nosuch VALUES(1)

        query I nosort
        SELECT count(*) FROM t
        ----
        3

        halt

        """

    private static let words: [String] = [
        "\n", "\r\n", "\r", "\0", "#", "----\n", "\n\n", "query ", "statement ok\n", "skipif", "onlyif x\n", "halt\n", "hash-threshold -1\n",
        "query IIII rowsort l l l\n", "\u{FF}", " ", "\t", "SELECT ", "9 values hashing to ", "hash-threshold 99999999999999999999\n",
    ]

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        for _ in 0..<random.between(1, 6) {
            let at = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.insert(contentsOf: Self.words[random.below(Self.words.count)].utf8, at: at)
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + random.below(30)))
            case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(60))], at: random.below(bytes.count + 1))
            case 4: bytes.removeSubrange(at...)
            case 5: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
            default: break
            }
        }
    }

    /// Checks what must hold for the records of any bytes.
    private func checkRecords(_ script: Script) -> Bool {
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var (records, line) = (0, 0)
        while parser.next(&record) {
            records += 1
            guard record.line >= line, record.endLine >= record.line, records <= script.count + 1 else { return false }
            line = record.line
            let tokens = [record.tokens.0, record.tokens.1, record.tokens.2, record.tokens.3]
            let ranges = tokens + [record.sql.bytes, record.expected.bytes] + record.conditions.map(\.name)
            guard ranges.allSatisfy({ $0.start >= 0 && $0.start <= $0.end && $0.end <= script.count }) else { return false }
            guard tokens.allSatisfy({ $0.count <= SQLiteRecord.tokenLimit }) else { return false }
            for block in [record.sql, record.expected] {
                var cursor = block.cursor(in: script)
                var lines = 0
                while cursor.advance() { lines += 1 }
                guard lines == block.lines else { return false }
            }
        }
        return true
    }

    @Test("no bytes break the parser, and what it says of them is consistent", arguments: 0..<4)
    func parser(part: Int) {
        var random = SplitMix64(seed: UInt64(part))
        var bytes = Array(Self.seed.utf8)
        for execution in 0..<5000 {
            if execution % 50 == 0 { bytes = Array(Self.seed.utf8) }
            mutate(&bytes, &random)
            guard checkRecords(Script(bytes)) else {
                Issue.record("inconsistent records for \(bytes)")
                return
            }
        }
    }

    @Test("no script breaks the runner", arguments: 0..<4)
    func runner(part: Int) throws {
        var random = SplitMix64(seed: UInt64(100 + part))
        let engine = try SQLiteEngine()
        var bytes = Array(Self.seed.utf8)
        for execution in 0..<500 {
            if execution % 10 == 0 { bytes = Array(Self.seed.utf8) }
            mutate(&bytes, &random)
            let verdict = try FileRunner().run(Script(bytes), on: engine)
            #expect(verdict.failures.count == min(verdict.errors, 100))
        }
    }

    @Test("random bytes are a script", arguments: 0..<4)
    func noise(part: Int) throws {
        var random = SplitMix64(seed: UInt64(200 + part))
        let engine = try SQLiteEngine()
        for _ in 0..<250 {
            let bytes = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(checkRecords(Script(bytes)))
            _ = try FileRunner().run(Script(bytes), on: engine)
        }
    }

    @Test("SQL takes as long to read as it is, however many quotes without an end are in it")
    func openQuotes() {
        let tags = (0..<60_000).map { "$t\($0)$" }.joined(separator: " ")
        for (sql, last) in [(String(repeating: "[", count: 400_000), "["), (tags, "$t59999$"), (tags + " $x$ A $x$", "$x$ A $x$")] {
            Array(sql.utf8).withUnsafeBufferPointer { #expect(NormalizedSQL.of($0).suffix(last.utf8.count).elementsEqual(last.utf8)) }
        }
    }

    @Test("what a record follows from is found among very many failures")
    func manyFailures() {
        var consequences = Consequences()
        func cause(_ sql: String, line: Int, _ category: FailureCategory, message: String = "") -> Int? {
            Array(sql.utf8).withUnsafeBufferPointer { consequences.add($0, line: line, category, message: message) }
        }
        let count = 100_000
        let own = (1...count).count { cause("CREATE TABLE t\($0)(a)", line: $0, .unexpectedError) == nil }
        #expect(own == count)
        #expect(cause("SELECT * FROM t70000, t60000", line: count + 1, .wrongRows) == 60000)
        #expect(cause("SELECT * FROM v", line: count + 2, .unexpectedError, message: "no such table: main.t50000") == 50000)
    }

    @Test("long lines, many tokens and many conditions are read")
    func large() throws {
        let engine = try SQLiteEngine()
        let conditions = String(repeating: "skipif mysql\n", count: 10_000)
        let list = (0..<5000).map(String.init).joined(separator: ",")
        let text = conditions + "query I rowsort l " + String(repeating: "x ", count: 100_000) + "\nSELECT 1 WHERE 7 IN (\(list))\n----\n1\n"
        #expect(try FileRunner().run(Script(text), on: engine).passed)
        #expect(try FileRunner().run(Script(String(repeating: "#", count: 1 << 20)), on: engine).outcome == .skipped)
    }
}
