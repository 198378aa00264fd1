/// A random query and the type letters of its result.
struct RandomQuery {
    var sql: String
    var types: String

    /// - Parameter views: what may be read besides tables: name and type letters.
    init(_ schema: RandomSchema, theme: ScriptTheme, views: [(name: String, types: String)], random: inout SplitMix64) {
        if !views.isEmpty, random.chance(15) {
            let view = views[random.below(views.count)]
            self = RandomQuery(sql: "SELECT * FROM \(view.name)", types: view.types)
            return
        }
        let table = schema.tables[random.below(schema.tables.count)]
        let other = schema.tables[random.below(schema.tables.count)]
        switch (theme, random.below(10)) {
        case (.evidence, 0...4), (_, 0): self = .aggregate(table, &random)
        case (_, 1): self = .grouped(table, &random)
        case (.index, 2...3), (_, 2): self = .joined(table, other, &random)
        case (_, 3): self = .nested(table, other, &random)
        case (_, 4): self = .compound(table, other, &random)
        default: self = .plain(table, &random)
        }
    }

    private init(sql: String, types: String) {
        self.sql = sql
        self.types = types
    }

    /// The same query with its rows in one order only.
    var ordered: String {
        sql + " ORDER BY " + (1...max(types.count, 1)).map(String.init).joined(separator: ", ")
    }

    // MARK: Kinds

    static func plain(_ table: RandomSchema.Table, _ random: inout SplitMix64) -> RandomQuery {
        var expression = RandomExpression(table)
        let columns = (0..<random.between(1, 4)).map { _ in expression.value(&random) }
        let distinct = random.chance(15) ? "DISTINCT " : ""
        let filter = random.chance(80) ? " WHERE " + expression.condition(&random) : ""
        return RandomQuery(sql: "SELECT \(distinct)\(columns.map(\.sql).joined(separator: ", ")) FROM \(table.name)\(filter)",
                           types: String(columns.map(\.type.letter)))
    }

    static func aggregate(_ table: RandomSchema.Table, _ random: inout SplitMix64) -> RandomQuery {
        var expression = RandomExpression(table)
        let columns = (0..<random.between(1, 4)).map { _ in expression.aggregate(&random) }
        let filter = random.chance(60) ? " WHERE " + expression.condition(&random) : ""
        return RandomQuery(sql: "SELECT \(columns.map(\.sql).joined(separator: ", ")) FROM \(table.name)\(filter)",
                           types: String(columns.map(\.type.letter)))
    }

    private static func grouped(_ table: RandomSchema.Table, _ random: inout SplitMix64) -> RandomQuery {
        var expression = RandomExpression(table)
        let key = table.columns[random.below(table.columns.count)]
        let value = expression.aggregate(&random)
        let having = random.chance(30) ? " HAVING count(*) > \(random.between(0, 2))" : ""
        return RandomQuery(sql: "SELECT \(key.name), \(value.sql) FROM \(table.name) GROUP BY \(key.name)\(having)",
                           types: String([key.type.letter, value.type.letter]))
    }

    private static func joined(_ left: RandomSchema.Table, _ right: RandomSchema.Table,
                               _ random: inout SplitMix64) -> RandomQuery {
        let first = left.columns[random.below(left.columns.count)]
        let second = right.columns[random.below(right.columns.count)]
        let kind = random.pick("JOIN", "JOIN", "LEFT JOIN")
        let bound = random.between(-50, 600)
        return RandomQuery(sql: """
            SELECT a.\(first.name), b.\(second.name) FROM \(left.name) AS a \(kind) \(right.name) AS b ON a.pk = b.pk
            WHERE a.c0 > \(bound) OR b.c0 < \(bound)
            """, types: String([first.type.letter, second.type.letter]))
    }

    private static func nested(_ outer: RandomSchema.Table, _ inner: RandomSchema.Table,
                               _ random: inout SplitMix64) -> RandomQuery {
        var expression = RandomExpression(outer)
        var condition = RandomExpression(inner)
        let column = expression.value(&random)
        let filter = switch random.below(3) {
        case 0: "pk IN (SELECT pk FROM \(inner.name) WHERE \(condition.condition(&random)))"
        case 1: "EXISTS (SELECT 1 FROM \(inner.name) AS x WHERE x.pk = \(outer.name).pk AND x.c0 > \(random.between(0, 500)))"
        default: "c0 < (SELECT max(c0) FROM \(inner.name) WHERE \(condition.condition(&random)))"
        }
        return RandomQuery(sql: "SELECT pk, \(column.sql) FROM \(outer.name) WHERE \(filter)",
                           types: "I" + String(column.type.letter))
    }

    private static func compound(_ left: RandomSchema.Table, _ right: RandomSchema.Table,
                                 _ random: inout SplitMix64) -> RandomQuery {
        let operation = random.pick("UNION", "UNION ALL", "INTERSECT", "EXCEPT")
        return RandomQuery(sql: "SELECT c0, c2 FROM \(left.name) \(operation) SELECT c0, c2 FROM \(right.name)", types: "IT")
    }
}
