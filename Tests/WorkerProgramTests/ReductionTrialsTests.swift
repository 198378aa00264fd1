import Fleet
import FoundationEssentials
import SQLLogicTest
import TestSupport
import Testing
@testable import WorkerProgram

/// Tries that cannot be made.
@Suite("tries of a reduction")
struct ReductionTrialsTests {
    private static let script = "statement ok\nCREATE TABLE t(a)\n\nquery I nosort\nSELECT 1\n----\n2\n"

    @Test("a command that cannot be asked is an obstacle: nobody says then that nothing more can go")
    func oracle() throws {
        let oracle = OracleReduction(path: "a.test", file: "a.test", command: "true", folder: "/")
        let whole = ScriptParagraphs(Array(Self.script.utf8), isSQL: false), folder = TrialFolder()
        var judge = OracleJudge(oracle, whole, in: folder, syntax: nil)
        #expect(!judge.isOver)
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(judge.judge([whole.candidate]) == [nil])
        #expect(judge.obstacle?.contains("cannot make") == true)
        var reducer = Reducer(whole.candidate, judge: judge, changesSQL: true) { _, _ in }
        reducer.run()
        #expect(!reducer.isMinimal)
    }

    @Test("a file that cannot be written is an obstacle, and no judgement")
    func files() throws {
        // SQLite would be set up for one thread, in the process of all tests.
        let engine = CommandEngine(EngineSpec(kind: .command), workspace: "/", fileTimeout: 60, memory: nil, seed: 0)
        let reduction = Reduction(script: Script(Array(Self.script.utf8), name: "a.test"), line: nil, engine: engine, engineName: "program", reference: nil, referenceName: "")
        let blocks = ScriptBlocks(reduction.script, dialect: .sqlite, workingDirectory: nil), folder = TrialFolder()
        var trials = FileTrials(reduction, name: "a.test", reference: nil, errors: ErrorClass(blocks.records), in: folder)
        #expect(!trials.isOver)
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(trials.judge([ReductionCandidate(blocks.records)]) == [nil])
        #expect(trials.obstacle?.contains("cannot write") == true)
        #expect(trials.isOver)
    }

    @Test("of candidates with what is right for them the latest are kept")
    func rights() {
        let candidates = (0..<5).map { ReductionCandidate([ReductionRecord(.succeeds, Array("SELECT \($0)".utf8), line: $0)]) }
        let rights = LatestRights(most: 2)
        for candidate in candidates { rights.keep(candidate, for: candidate) }
        rights.keep(candidates[4], for: candidates[4])
        #expect(candidates.map { rights.right(for: $0) != nil } == [false, false, false, true, true])
    }
}
