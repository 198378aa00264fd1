/// The tables of a generated script.
struct RandomSchema {
    enum ColumnType: String {
        case integer = "INTEGER", real = "REAL", text = "VARCHAR(30)"

        /// The letter that stands for it in a query's types.
        var letter: Character {
            switch self {
            case .integer: "I"
            case .real: "R"
            case .text: "T"
            }
        }
    }

    struct Column {
        var name: String
        var type: ColumnType
    }

    struct Table {
        var name: String
        var columns: [Column]
        var rows: Int

        func columns(of type: ColumnType) -> [Column] { columns.filter { $0.type == type } }
    }

    var tables: [Table]

    /// Every table has a column of each type, so that any query finds what it needs.
    init(theme: ScriptTheme, random: inout SplitMix64) {
        let count = theme == .evidence ? 2 : random.between(2, 4)
        tables = (0..<count).map { number in
            var columns = [Column(name: "pk", type: .integer)]
            for (at, type) in [ColumnType.integer, .real, .text].enumerated() {
                columns.append(Column(name: "c\(at)", type: type))
            }
            for at in 0..<random.below(4) {
                columns.append(Column(name: "c\(at + 3)", type: random.pick(.integer, .real, .text)))
            }
            let rows = theme == .index ? random.between(20, 80) : random.between(5, 20)
            return Table(name: "tab\(number)", columns: columns, rows: rows)
        }
    }

    /// A value of `type` in SQL. Reals are quarters, which every version of SQLite shows alike.
    static func literal(_ type: ColumnType, _ random: inout SplitMix64, nulls: Int = 10) -> String {
        if random.chance(nulls) { return "NULL" }
        switch type {
        case .integer:
            return "\(random.between(-200, 900))"
        case .real:
            let quarters = random.between(-400, 4000)
            let fraction = ["0", "25", "5", "75"][abs(quarters) % 4]
            return "\(quarters < 0 ? "-" : "")\(abs(quarters) / 4).\(fraction)"
        case .text:
            return "'" + word(&random) + "'"
        }
    }

    /// Sometimes empty, sometimes with a quote, a space or a letter that is not ASCII.
    private static func word(_ random: inout SplitMix64) -> String {
        if random.chance(4) { return "" }
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        var word = String((0..<random.between(1, 12)).map { _ in letters[random.below(letters.count)] })
        if random.chance(5) { word += " it''s" }
        if random.chance(5) { word += "é" }
        return word
    }
}
