import Testing
@testable import SQLLogicTest

/// A database that is none: a candidate fails in the same way if it has certain statements, in the way that a rule says.
private struct VirtualJudge: ReductionJudge {
    let width: Int
    var isOver: Bool { left <= 0 }
    /// Candidates that are still judged.
    var left = Int.max
    /// How often somebody had to wait: what is judged at once takes as long as one.
    var rounds = 0
    let rule: ([String]) -> Bool

    func isPlausible(_ sql: [UInt8]) -> Bool { true }
    mutating func keep(_ prefix: ArraySlice<ReductionRecord>) {}

    mutating func judge(_ candidates: [ReductionCandidate]) -> [Judgement?] {
        rounds += 1
        return candidates.map { candidate in
            left -= 1
            return rule(candidate.records.map { String(decoding: $0.sql, as: UTF8.self) }) ? .same : .passes
        }
    }
}

@Suite("the reducer")
struct ReducerTests {
    private func candidate(_ statements: [String]) -> ReductionCandidate {
        ReductionCandidate(statements.enumerated().map { ReductionRecord(.succeeds, Array($0.element.utf8), line: $0.offset + 1) })
    }

    private func reduced(_ statements: [String], width: Int = 1, left: Int = .max, changesSQL: Bool = false, _ rule: @escaping ([String]) -> Bool) -> Reducer<VirtualJudge> {
        var reducer = Reducer(candidate(statements), judge: VirtualJudge(width: width, left: left, rule: rule), changesSQL: changesSQL) { _, _ in }
        reducer.run()
        return reducer
    }

    private func texts(_ candidate: ReductionCandidate) -> [String] { candidate.records.map { String(decoding: $0.sql, as: UTF8.self) } }

    @Test("finds the three statements among a thousand that together trigger a fault", arguments: [1, 2, 7])
    func three(width: Int) {
        let statements = (0..<1000).map { "UPDATE t SET a = \($0)" } + ["SELECT 1"]
        let needed: Set<String> = [statements[17], statements[230], statements[911]]
        let reducer = reduced(statements, width: width) { needed.isSubset(of: $0) && $0.last == "SELECT 1" }
        #expect(texts(reducer.best) == [statements[17], statements[230], statements[911], "SELECT 1"])
        #expect(reducer.isMinimal)
        #expect(reducer.tries < 300)
    }

    @Test("what is left is 1-minimal, whatever is needed", arguments: 1...40)
    func minimal(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let statements = (0..<200).map { "UPDATE t SET a = \($0), b = '\(String(repeating: "x", count: Int(random.next() % 90)))'" }
        // Groups of which one must be whole, as of statements that make the same table in two ways.
        let groups = (0..<3).map { _ in Set((0..<(1 + Int(random.next() % 4))).map { _ in statements[Int(random.next() % 200)] }) }
        let rule: ([String]) -> Bool = { left in groups.contains { $0.isSubset(of: left) } && left.last == "SELECT 1" }
        let reducer = reduced(statements + ["SELECT 1"], width: 1 + seed % 3, rule)
        let left = texts(reducer.best)
        #expect(rule(left) && reducer.isMinimal)
        for index in left.indices.dropLast() {
            var fewer = left
            fewer.remove(at: index)
            #expect(!rule(fewer), "\(left[index]) can go")
        }
    }

    @Test("ends with the smallest one so far when nobody wants more")
    func isOver() {
        let statements = (0..<500).map { "UPDATE t SET a = \($0)" } + ["SELECT 1"]
        let reducer = reduced(statements, left: 12) { $0.contains(statements[250]) }
        #expect(!reducer.isMinimal)
        #expect(reducer.best.records.count < 501)
        #expect(texts(reducer.best).contains(statements[250]))
    }

    @Test("drops what has nothing to do with the tables of the last record at once")
    func slice() {
        let statements = (0..<300).flatMap { ["CREATE TABLE t\($0)(a)", "INSERT INTO t\($0) VALUES(1)"] }
            + ["CREATE VIEW v AS SELECT a FROM t7", "CREATE TRIGGER r AFTER INSERT ON t7 BEGIN INSERT INTO t9 VALUES(2); END", "SELECT a FROM v"]
        let needed = ["CREATE TABLE t7(a)", "CREATE TABLE t9(a)", "INSERT INTO t7 VALUES(1)", "CREATE VIEW v AS SELECT a FROM t7"]
        let reducer = reduced(statements) { left in needed.allSatisfy { left.contains($0) } && left.last == "SELECT a FROM v" }
        #expect(Set(texts(reducer.best)) == Set(needed + ["SELECT a FROM v"]))
        #expect(reducer.tries < 20)
    }

    @Test("shortens lists of rows, conditions and values")
    func pieces() {
        let reducer = reduced(["CREATE TABLE t(a INTEGER, b TEXT, c REAL)", "INSERT INTO t VALUES (1, 'abc', 2.5), (37, 'def', 3.5), (3, 'ghi', 4.5)",
                               "SELECT a + 0 FROM t WHERE (b IS NOT NULL AND c < 10) OR a IN (1, 2, 37) ORDER BY a"], changesSQL: true) { left in
            left.count == 3 && left[0].hasPrefix("CREATE TABLE t(") && left[1].contains("37") && left[2].contains("FROM t")
        }
        let left = texts(reducer.best)
        #expect(left[1].contains("37") && !left[1].contains("ghi") && left[1].utf8.count < 30, "\(left)")
        #expect(left[2].utf8.count < 20, "\(left)")
    }

    @Test("many tries at once are worth their number: a few rounds are enough")
    func wide() {
        let statements = (0..<2000).map { "UPDATE t SET a = \($0)" } + ["SELECT 1"]
        let needed = Set([3, 400, 401, 1200, 1999].map { statements[$0] })
        let narrow = reduced(statements) { needed.isSubset(of: $0) && $0.last == "SELECT 1" }
        let wide = reduced(statements, width: 64) { needed.isSubset(of: $0) && $0.last == "SELECT 1" }
        #expect(Set(texts(wide.best)) == needed.union(["SELECT 1"]))
        #expect(texts(wide.best) == texts(narrow.best))
        #expect(wide.judge.rounds <= 16, "\(wide.judge.rounds)")
        #expect(narrow.judge.rounds >= 4 * wide.judge.rounds, "\(narrow.judge.rounds)")
    }

    @Test("what can go one by one, and not together, costs few rounds", arguments: [4, 16, 64])
    func conflicts(width: Int) {
        // Of each pair one is needed.
        let statements = (0..<64).map { "UPDATE t SET a = \($0)" } + ["SELECT 1"]
        let rule: ([String]) -> Bool = { left in
            let set = Set(left)
            return (0..<32).allSatisfy { set.contains(statements[2 * $0]) || set.contains(statements[2 * $0 + 1]) } && left.last == "SELECT 1"
        }
        let reducer = reduced(statements, width: width, rule)
        #expect(reducer.best.records.count == 33)
        #expect(reducer.isMinimal)
        #expect(reducer.judge.rounds <= 8 * 64 / width + 12, "\(reducer.judge.rounds)")
    }

    @Test("edits of a statement that can go together go together")
    func edits() {
        let operands = (0..<24).map { "c\($0) > \($0)" }
        let statements = ["SELECT a FROM t WHERE \((operands + ["x = 7"] + operands.reversed()).joined(separator: " AND ")) ORDER BY a"]
        let rule: ([String]) -> Bool = { $0.count == 1 && $0[0].contains("x = 7") && $0[0].contains("c3 > 3") && $0[0].contains("c20 > 20") && $0[0].contains("ORDER BY a") }
        let narrow = reduced(statements, changesSQL: true, rule)
        let wide = reduced(statements, width: 32, changesSQL: true, rule)
        #expect(wide.best.size == narrow.best.size)
        #expect(narrow.judge.rounds > 3 * wide.judge.rounds, "\(narrow.judge.rounds) \(wide.judge.rounds)")
    }

    @Test("the same file, engine and width give the same result", arguments: [1, 2, 5, 32])
    func deterministic(width: Int) {
        let statements = (0..<300).map { "UPDATE t SET a = \($0)" } + ["SELECT 1"]
        let rule: ([String]) -> Bool = { left in left.count { $0.hasSuffix("7") } >= 3 && left.last == "SELECT 1" }
        #expect(texts(reduced(statements, width: width, rule).best) == texts(reduced(statements, width: width, rule).best))
        #expect(reduced(statements, width: width, rule).best.records.count == 4)
    }

    @Test("chunks have about the same weight, and all items once", arguments: 1...30)
    func chunks(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let weights = (0..<(1 + Int(random.next() % 60))).map { _ in 1 + Int(random.next() % 100) }
        let pieces = 1 + Int(random.next() % 20)
        let chunks = Reducer<VirtualJudge>.chunks(Array(weights.indices), weights, pieces)
        #expect(chunks.flatMap(\.self) == Array(weights.indices))
        #expect(chunks.allSatisfy { !$0.isEmpty })
        #expect(chunks.count <= max(pieces, weights.count))
        if pieces < weights.count {
            let total = weights.reduce(0, +)
            for chunk in chunks { #expect(chunk.dropLast().reduce(0) { $0 + weights[$1] } <= total / pieces + 100) }
        }
    }
}
