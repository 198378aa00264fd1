/// Writes one random script, running each record as it goes.
struct ScriptAuthor: ~Copyable {
    var script = ScriptText()
    private var random: SplitMix64
    /// Chooses where failures go, so that a script is otherwise the same with and without them.
    private var plantRandom: SplitMix64
    private let theme: ScriptTheme
    private let connection: any EngineConnection
    private let schema: RandomSchema
    private var views: [(name: String, types: String)] = []
    private var indexes = 0
    private var labels = 0
    private let queries: Int
    private let failures: Int

    private var sql = ByteBuffer()
    private var rows = ResultTable()
    private var sorted = ResultTable()
    private var sorter = ResultSorter()

    init(seed: UInt64, theme: ScriptTheme, connection: any EngineConnection, records: Int, failures: Int) {
        var random = SplitMix64(seed: seed)
        self.theme = theme
        self.connection = connection
        self.failures = failures
        schema = RandomSchema(theme: theme, random: &random)
        queries = max(Self.skewed(max(records, 10), &random), failures)
        self.random = random
        plantRandom = SplitMix64(seed: ~seed)
    }

    /// Mostly less than `usual`, now and then several times it, seldom twenty times.
    private static func skewed(_ usual: Int, _ random: inout SplitMix64) -> Int {
        let usual = min(usual, 1 << 24)
        switch random.below(100) {
        case 0: return usual * random.between(10, 20)
        case 1...9: return usual * random.between(3, 5)
        case 10...39: return usual + random.below(usual)
        default: return usual / 3 + random.below(usual / 2)
        }
    }

    mutating func writeScript() {
        script.line("# Generated: random \(theme.rawValue) queries; results from SQLite.")
        script.line("hash-threshold 8")
        script.line("")
        writeTables()
        var toPlant = failures
        for number in 0..<queries {
            if random.chance(12) { writeChange() }
            if random.chance(4) { writeSkipped() }
            let isPlanted = plantRandom.below(queries - number) < toPlant
            if isPlanted { toPlant -= 1 }
            writeQuery(isPlanted: isPlanted)
        }
    }

    // MARK: Statements

    private mutating func writeTables() {
        for table in schema.tables {
            let columns = table.columns.map { $0.name == "pk" ? "pk INTEGER PRIMARY KEY" : "\($0.name) \($0.type.rawValue)" }
            writeStatement("CREATE TABLE \(table.name)(\(columns.joined(separator: ", ")))")
            for row in 0..<table.rows { writeInsert(table, key: row) }
        }
        let count = theme == .index ? random.between(2, 5) : random.below(2)
        for _ in 0..<count { writeIndex() }
    }

    private mutating func writeInsert(_ table: RandomSchema.Table, key: Int) {
        var values = ["\(key)"]
        for column in table.columns.dropFirst() { values.append(RandomSchema.literal(column.type, &random)) }
        writeStatement("INSERT INTO \(table.name) VALUES(\(values.joined(separator: ", ")))")
    }

    private mutating func writeIndex() {
        let table = schema.tables[random.below(schema.tables.count)]
        let column = table.columns[random.below(table.columns.count)]
        indexes += 1
        writeStatement("CREATE INDEX idx\(indexes) ON \(table.name)(\(column.name)\(random.pick("", " DESC")))")
    }

    private mutating func writeChange() {
        let table = schema.tables[random.below(schema.tables.count)]
        var expression = RandomExpression(table)
        switch random.below(8) {
        case 0: writeIndex()
        case 1: writeView(table)
        case 2: writeStatement("INSERT INTO nosuch\(random.below(9)) VALUES(1)")
        case 3: writeInsert(table, key: random.below(table.rows))
        case 4: writeStatement("DELETE FROM \(table.name) WHERE pk = \(random.below(table.rows * 4))")
        case 5: writeInsert(table, key: random.between(1000, 1_000_000))
        default: writeStatement("UPDATE \(table.name) SET c0 = \(random.below(500)) WHERE \(expression.condition(&random, depth: 0))")
        }
    }

    private mutating func writeView(_ table: RandomSchema.Table) {
        let query = RandomQuery.plain(table, &random)
        let name = "view\(views.count)"
        writeStatement("CREATE VIEW \(name) AS \(query.sql)")
        views.append((name, query.types))
    }

    /// Writes a statement that expects what it does.
    private mutating func writeStatement(_ text: String) {
        load(text)
        let error = connection.execute(sql.bytes)
        writeCondition()
        script.line(error == nil ? "statement ok" : "statement error")
        script.line(text)
        script.line("")
        script.tests += 1
    }

    // MARK: Queries

    private mutating func writeQuery(isPlanted: Bool) {
        let query = RandomQuery(schema, theme: theme, views: views, random: &random)
        let mode = random.pick(SortMode.nosort, .rowsort, .rowsort, .valuesort)
        var label = ""
        if mode != .nosort, random.chance(10) {
            labels += 1
            label = "label-\(labels)"
        }
        writeCondition()
        write(mode == .nosort ? query.ordered : query.sql, types: query.types, mode: mode, label: label, isPlanted: isPlanted)
        script.tests += 1
        guard !label.isEmpty else { return }
        // The same rows come in another order.
        write(query.ordered, types: query.types, mode: mode, label: label, isPlanted: false)
        script.tests += 1
    }

    private mutating func writeSkipped() {
        let query = RandomQuery.aggregate(schema.tables[0], &random)
        script.line(random.pick("skipif sqlite", "onlyif mysql", "onlyif postgresql"))
        write(query.sql, types: query.types, mode: .rowsort, label: "", isPlanted: false)
        script.skipped += 1
    }

    /// A condition that holds on SQLite, now and then.
    private mutating func writeCondition() {
        if random.chance(3) { script.line(random.pick("skipif mysql", "onlyif sqlite", "skipif postgresql # not there")) }
    }

    private mutating func load(_ text: String) {
        sql.removeAll()
        var text = text
        text.withUTF8 { if let start = $0.baseAddress { sql.append(start, $0.count) } }
        sql.terminate()
    }

    private mutating func write(_ text: String, types: String, mode: SortMode, label: String, isPlanted: Bool) {
        load(text)
        rows.removeAll()
        let letters = Array(types.utf8)
        let outcome = letters.withUnsafeBufferPointer { connection.query(sql.bytes, types: $0, into: &rows) }
        guard outcome == .rows else {
            if isPlanted { script.planted.append(script.lines + 1) }
            script.line(isPlanted ? "statement ok" : "statement error")
            script.line(text)
            return script.line("")
        }
        if mode != .nosort {
            sorter.sort(rows, by: mode, into: &sorted)
            swap(&rows, &sorted)
        }
        script.line("query \(types) \(mode.rawValue)\(label.isEmpty ? "" : " " + label)")
        script.line(text)
        script.line("----")
        writeExpected(isPlanted: isPlanted)
        script.line("")
    }

    private mutating func writeExpected(isPlanted: Bool) {
        if rows.count > RunOptions.defaultHashThreshold {
            var digest = ResultDigest.of(rows.bytes)
            if isPlanted {
                digest[0] = digest[0] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                script.planted.append(script.lines + 1)
            }
            var line = ByteBuffer(capacity: 64)
            ResultDigest.appendLine(values: rows.count, digest: digest, to: &line)
            return script.line(line.bytes)
        }
        for index in 0..<rows.count {
            if isPlanted, index == 0 {
                script.planted.append(script.lines + 1)
                script.line(String(decoding: rows.value(0), as: UTF8.self) + " planted")
            } else {
                script.line(rows.value(index))
            }
        }
        guard isPlanted, rows.count == 0 else { return }
        script.line("planted")
        // Too few rows show at the end of the expected ones.
        script.planted.append(script.lines + 1)
    }
}
