/// Random expressions over the columns of one table. None can fail, and none gives a number that versions of SQLite
/// show differently.
struct RandomExpression {
    struct Typed {
        var sql: String
        var type: RandomSchema.ColumnType
    }

    private let table: RandomSchema.Table

    init(_ table: RandomSchema.Table) { self.table = table }

    private func column(of type: RandomSchema.ColumnType, _ random: inout SplitMix64) -> String {
        let columns = table.columns(of: type)
        return columns.isEmpty ? "NULL" : columns[random.below(columns.count)].name
    }

    mutating func value(_ random: inout SplitMix64) -> Typed {
        let column = table.columns[random.below(table.columns.count)]
        if random.chance(55) { return Typed(sql: column.name, type: column.type) }
        let integer = self.column(of: .integer, &random)
        let number = random.between(-9, 99)
        switch random.below(7) {
        case 0: return Typed(sql: "\(integer) + \(number)", type: .integer)
        case 1: return Typed(sql: "\(integer) * \(random.between(2, 9)) - \(self.column(of: .integer, &random))", type: .integer)
        case 2: return Typed(sql: "CASE WHEN \(condition(&random)) THEN \(number) ELSE \(integer) END", type: .integer)
        case 3: return Typed(sql: "coalesce(\(integer), \(number))", type: .integer)
        case 4: return Typed(sql: "abs(\(self.column(of: .real, &random)))", type: .real)
        case 5: return Typed(sql: "\(self.column(of: .real, &random)) * 2", type: .real)
        default: return Typed(sql: "\(self.column(of: .text, &random)) || '-'", type: .text)
        }
    }

    mutating func aggregate(_ random: inout SplitMix64) -> Typed {
        let integer = column(of: .integer, &random)
        let real = column(of: .real, &random)
        switch random.below(7) {
        case 0: return Typed(sql: "count(*)", type: .integer)
        case 1: return Typed(sql: "count(DISTINCT \(integer))", type: .integer)
        case 2: return Typed(sql: "sum(\(integer))", type: .integer)
        case 3: return Typed(sql: "min(\(real))", type: .real)
        case 4: return Typed(sql: "sum(\(real))", type: .real)
        case 5: return Typed(sql: "max(\(column(of: .text, &random)))", type: .text)
        default: return Typed(sql: "max(\(integer)) - min(\(integer))", type: .integer)
        }
    }

    mutating func condition(_ random: inout SplitMix64, depth: Int = 2) -> String {
        if depth > 0, random.chance(35) {
            let left = condition(&random, depth: depth - 1)
            return "(\(left) \(random.pick("AND", "OR")) \(condition(&random, depth: depth - 1)))"
        }
        if depth > 0, random.chance(8) { return "NOT (\(condition(&random, depth: depth - 1)))" }
        let column = table.columns[random.below(table.columns.count)]
        func literal() -> String { RandomSchema.literal(column.type, &random, nulls: 0) }
        switch random.below(6) {
        case 0:
            let low = literal()
            return "\(column.name) BETWEEN \(low) AND \(literal())"
        case 1:
            let values = (0..<random.between(1, 5)).map { _ in literal() }
            return "\(column.name) IN (\(values.joined(separator: ", ")))"
        case 2: return "\(column.name) IS \(random.pick("", "NOT "))NULL"
        default: return "\(column.name) \(random.pick("<", "<=", ">", ">=", "=", "<>")) \(literal())"
        }
    }
}
