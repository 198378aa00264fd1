import TestSupport

/// A generated script with all kinds of faults in it, planted by a seed.
struct SpoiltScript {
    private var random: SeededRandom
    private(set) var text = ""

    init(_ script: String, seed: UInt64) {
        random = SeededRandom(seed)
        for paragraph in script.split(separator: "\n\n") {
            text += spoilt(paragraph.split(separator: "\n").map(String.init)).joined(separator: "\n") + "\n\n"
            if let more = addition() { text += more + "\n\n" }
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }

    private mutating func spoilt(_ paragraph: [String]) -> [String] {
        var lines = paragraph
        guard let header = lines.firstIndex(where: { $0.hasPrefix("query") }) else { return lines }
        var words = lines[header].split(separator: " ").map(String.init)
        if words.count == 2 { words.append("nosort") }
        if chance(50) { words = words.prefix(3) + [chance(70) ? "L\(random.below(4))" : "a-label-that-is-longer-than-twenty-\(random.below(3))"] }
        if chance(2) { words[1] = ["X", "I", "TTTTT", "IR"][random.below(4)] }
        if chance(2) { words[2] = "sideways" }
        lines[header] = words.joined(separator: " ")
        if chance(3), let separator = lines.firstIndex(of: "----") { lines.insert(["7", "NULL", "zz"][random.below(3)], at: separator + 1) }
        if chance(2) { lines[header + 1] = lines[header + 1].replacing("FROM", with: "FROM nosuch,") }
        if chance(5) { lines.insert("skipif " + ["sqlite", "mysql"][random.below(2)], at: header) }
        return lines
    }

    private mutating func addition() -> String? {
        switch random.below(1000) {
        case ..<20: query("SELECT \(Self.stateful[random.below(Self.stateful.count)])")
        case ..<30: "statement ok\nBEGIN"
        case ..<40: "statement \(["ok", "error"][random.below(2)])\n\(["COMMIT", "ROLLBACK"][random.below(2)])"
        case ..<60: "statement ok\n" + statement()
        case ..<80: query("SELECT a FROM z\(random.below(3))", label: "L\(random.below(4))")
        case ..<83: ["", "skipif sqlite\n", "onlyif mysql\n", "skipif mysql\n"][random.below(4)] + ["halt", "what is this", "query"][random.below(3)]
        case ..<90: "hash-threshold \([0, 3, 8, 50][random.below(4)])"
        case ..<95: query("SELECT abs(a) >= 0 FROM v\(random.below(4))")
        case ..<100: query("INSERT INTO z1 VALUES(4) RETURNING a")
        default: nil
        }
    }

    private func query(_ sql: String, label: String = "") -> String { "query I rowsort \(label)\n\(sql)\n----\n1" }

    private static let stateful = ["changes()", "total_changes()", "last_insert_rowid()", "abs(random()) >= 0", "current_timestamp > '2000'",
                                   "(SELECT count(*) FROM pragma_table_list) > 1", "count(*) FROM sqlite_master"]

    private mutating func statement() -> String {
        let number = random.below(3)
        return ["CREATE TABLE z\(number)(a)", "DROP TABLE z\(number)", "INSERT INTO z\(number) VALUES(\(number))", "DELETE FROM z\(number)",
                "CREATE VIEW v\(number) AS SELECT random() AS a"][random.below(5)]
    }
}
