import Testing
@testable import SQLLogicTest

@Suite("a script as blocks")
struct ScriptBlocksTests {
    private static let rs = """
        # a comment
        control sortmode rowsort
        statement ok
        CREATE TABLE t(a INT)

        skipif postgres
        connection other
        statement error (?i)no such  table
        SELECT * FROM u

        query error
        SELECT 1/0
        ----
        several

        lines


        query I nosort label-1
        SELECT a
        FROM t
        ----
        1
        2
        """

    private func text(_ blocks: ScriptBlocks, _ index: Int) -> String { String(decoding: CandidateText(ReductionCandidate([blocks.records[index]])).bytes, as: UTF8.self) }

    @Test("records keep their conditions, headers, messages and results to the letter")
    func letters() {
        let blocks = ScriptBlocks(Script(Self.rs), dialect: .rs)
        #expect(blocks.records.map(\.line) == [2, 3, 8, 11, 19])
        #expect(text(blocks, 0) == "\ncontrol sortmode rowsort\n")
        #expect(text(blocks, 2) == "\nskipif postgres\nconnection other\nstatement error (?i)no such  table\nSELECT * FROM u\n")
        #expect(text(blocks, 3) == "\nquery error\nSELECT 1/0\n----\nseveral\n\nlines\n\n")
        #expect(text(blocks, 4) == "\nquery I nosort label-1\nSELECT a\nFROM t\n----\n1\n2\n")
        #expect(blocks.records.map(\.isQuery) == [false, false, false, true, true])
        #expect(blocks.index(of: 7) == 2)
        #expect(blocks.index(of: 22) == 4)
        #expect(blocks.index(of: 99) == nil)
    }

    @Test("all of it together is what it was, for its own runner", arguments: [Dialect.rs, .duckdb, .sqlite])
    func roundTrip(dialect: Dialect) throws {
        let script = dialect == .rs ? Self.rs : "statement ok\nCREATE TABLE t(a)\n\nquery I rowsort\nSELECT 5\n----\n6\n\n"
        let text = CandidateText(ReductionCandidate(ScriptBlocks(Script(script), dialect: dialect).records))
        let again = ScriptBlocks(Script(text.bytes), dialect: dialect).records
        #expect(again.map(\.sql) == ScriptBlocks(Script(script), dialect: dialect).records.map(\.sql))
        #expect(again.map(\.frame) == ScriptBlocks(Script(script), dialect: dialect).records.map(\.frame))
        for (record, start) in zip(again, text.starts) { #expect(record.line >= start && record.line <= start + 2) }
    }

    @Test("a loop is one block, with the loops in it")
    func loops() {
        let script = "statement ok\nCREATE TABLE t(a)\n\nloop i 0 3\n\nforeach x a b\n\nstatement ok\nINSERT INTO t VALUES (${i})\n\nendloop\n\nendloop\n\nquery I\nSELECT 1\n----\n1\n"
        let blocks = ScriptBlocks(Script(script), dialect: .duckdb)
        #expect(blocks.records.count == 3)
        #expect(text(blocks, 1) == "\nloop i 0 3\n\nforeach x a b\n\nstatement ok\nINSERT INTO t VALUES (${i})\n\nendloop\n\nendloop\n")
        #expect(blocks.records[1].sql.isEmpty)
        #expect(blocks.index(of: 9) == 1)
    }

    @Test("a column that goes from a query goes from its header")
    func types() {
        var record = ScriptBlocks(Script("skipif x\nquery IT rowsort\nSELECT a, b FROM t\n----\n1\nx\n"), dialect: .sqlite).records[0]
        record.kind = .query(types: [73], sortMode: .rowsort)
        #expect(String(decoding: CandidateText(ReductionCandidate([record])).bytes, as: UTF8.self).hasPrefix("\nskipif x\nquery I rowsort\n"))
    }
}

@Suite("what running a candidate as a file has shown")
struct FileOutcomeTests {
    private func outcome(_ message: String, line: Int, reason: FileVerdict.StopReason = .endOfFile, isProgram: Bool = false, notices: [String] = []) -> FileOutcome {
        var verdict = FileVerdict()
        var failure = ScriptFailure(kind: .lost, line: line, message: message)
        failure.notices = notices
        verdict.add(failure, keeping: 1)
        verdict.stopReason = reason
        let rules = FileOutcome.Rules(errors: ErrorClass([ReductionRecord]()), isExact: true, isProgram: isProgram)
        return FileOutcome(FileResult(file: "/tmp/a.test", verdict: verdict, seconds: 0), rules)
    }

    @Test("the end of a process is told by its signal or exit code", arguments: [
        ("crashed: killed by SIGSEGV at line 5, record 2", FileVerdict.StopReason.crashed, false, FailureSignature.crashed(11)),
        ("the program was killed by SIGABRT", .crashed, true, .crashed(6)),
        ("the program left with exit code 139", .endOfFile, true, .crashed(11)),
        ("query failed: the engine's program ended without an answer (exit code 7)", .firstError, false, .exit(7)),
        ("query failed: the engine's program ended without an answer (SIGBUS)", .firstError, false, .crashed(7)),
        ("timeout", .timeout, false, .hung),
    ])
    func ends(message: String, reason: FileVerdict.StopReason, isProgram: Bool, signature: FailureSignature) {
        #expect(outcome(message, line: 0, reason: reason, isProgram: isProgram).signature == signature)
    }

    @Test("a record that was ended at its limit fails by that, whether the file went on or its database had gone", arguments: [FileVerdict.StopReason.endOfFile, .firstError, .timeout])
    func recordTimeout(reason: FileVerdict.StopReason) {
        var verdict = FileVerdict()
        var failure = ScriptFailure(kind: .timeout, line: 3, message: "timeout: ended after 2 s")
        failure.category = .timeout
        verdict.add(failure, keeping: 1)
        verdict.stopReason = reason
        let rules = FileOutcome.Rules(errors: ErrorClass([ReductionRecord]()), isExact: true, isProgram: false)
        #expect(FileOutcome(FileResult(file: "/tmp/a.test", verdict: verdict, seconds: 0), rules).signature == .timeout)
    }

    @Test("a program's exit code counts, and the kind of what it prints, but not its numbers")
    func programs() {
        let one = outcome("the program left with exit code 1", line: 0, isProgram: true, notices: ["record 12 failed: 'a' differs", "took 5 ms"]).signature
        let two = outcome("the program left with exit code 1", line: 0, isProgram: true, notices: ["record 3 failed: 'b' differs", "took 18 ms"]).signature
        #expect(one == two)
        #expect(outcome("the program left with exit code 2", line: 0, isProgram: true, notices: ["record 12 failed: 'a' differs"]).signature != one)
        #expect(outcome("the program left with exit code 1", line: 0, isProgram: true, notices: ["record 12 failed: error: no such thing"]).signature != one)
    }

    @Test("lines are those of the script itself")
    func lines() {
        #expect(outcome("wrong", line: 7).lines == [7])
        #expect(outcome("wrong", line: 0).lines.isEmpty)
    }
}
