/// The objects of a database that SQL makes, changes or only names, as far as its tokens tell without knowing the database. Names are in
/// lower case and without quotes and schema.
struct StatementObjects {
    /// Something that has a name in a database.
    struct Object: Hashable {
        var name: String
        /// A table or view: only a name where a table can stand means it. Any other is meant wherever its name stands.
        var isRelation: Bool
    }

    /// A transaction: it has no name, but there is one or there is none.
    static let transaction = Object(name: "\0", isRelation: false)

    /// What would be made, changed or removed.
    private(set) var targets: [Object] = []
    /// What `CREATE` without `IF NOT EXISTS` or `DROP` is about: afterwards it is new or gone.
    private(set) var replaced: [Object] = []
    /// Whether the first statement removes something.
    private(set) var isDrop = false
    /// Names that stand where a table can.
    private(set) var relations: Set<String> = []
    /// All names, and texts, in which functions have the names of sequences.
    private(set) var words: Set<String> = []
    private var tokens: [SQLToken] = []

    init(_ sql: UnsafeBufferPointer<UInt8>) {
        for statement in SQLToken.all(in: sql).split(whereSeparator: { $0.isSymbol(";") }) {
            tokens = Array(statement)
            for token in tokens where token.canName { words.insert(token.text) }
            readDefinition()
            readChanges()
            readRelations()
        }
    }

    private func word(_ index: Int) -> String { tokens.indices.contains(index) && tokens[index].kind == .word ? tokens[index].text : "" }

    private func isSymbol(_ index: Int, _ symbol: Character) -> Bool { tokens.indices.contains(index) && tokens[index].isSymbol(symbol) }

    /// The last part of the name at `index`, and where it ends.
    private func name(at index: Int) -> (text: String, end: Int)? {
        guard tokens.indices.contains(index), tokens[index].canName else { return nil }
        var at = index
        while isSymbol(at + 1, "."), tokens.indices.contains(at + 2), tokens[at + 2].canName { at += 2 }
        return (tokens[at].text, at + 1)
    }

    private func skipping(_ skipped: Set<String>, from index: Int) -> Int {
        var index = index
        while skipped.contains(word(index)) { index += 1 }
        return index
    }

    // MARK: Definitions

    private static let kinds: Set<String> = [
        "table", "view", "index", "trigger", "schema", "sequence", "type", "function", "procedure", "macro", "database", "domain", "aggregate",
        "extension", "role", "user", "collation", "rule", "policy", "secret",
    ]
    private static let condition: Set<String> = ["if", "not", "exists", "only", "concurrently"]

    private mutating func readDefinition() {
        let verb = word(0)
        switch verb {
        case "create", "drop", "alter": break
        case "begin", "start", "savepoint": return targets.append(Self.transaction)
        case "commit", "end", "rollback", "release", "abort":
            words.insert(Self.transaction.name)
            return
        case "prepare", "declare", "attach":
            let at = verb == "attach" ? tokens.indices.first { word($0) == "as" }.map { $0 + 1 } : 1
            if let at, let made = name(at: at) { targets.append(Object(name: made.text, isRelation: false)) }
            return
        default: return
        }
        // A kind that is misspelt or unknown is taken for that of a table.
        let head = tokens.prefix { !$0.isSymbol("(") }
        let kind = head.indices.first { Self.kinds.contains(word($0)) } ?? 1
        let start = skipping(Self.condition, from: kind + 1)
        guard var (text, end) = name(at: start), text != "on" else { return }
        let isRelation = ["table", "view"].contains(word(kind)) || !Self.kinds.contains(word(kind))
        var objects = [Object(name: text, isRelation: isRelation)]
        while verb == "drop", isSymbol(end, ","), let next = name(at: end + 1) {
            objects.append(Object(name: next.text, isRelation: isRelation))
            (text, end) = next
        }
        targets += objects
        if verb == "drop" { isDrop = true }
        if verb == "drop" || (verb == "create" && start == kind + 1) { replaced += objects }
        readTable(of: verb, word(kind), kind, end)
    }

    /// The table that a definition changes besides, or its new name.
    private mutating func readTable(of verb: String, _ kind: String, _ kindAt: Int, _ end: Int) {
        if verb == "alter", let to = tokens.indices.first(where: { word($0) == "rename" && word($0 + 1) == "to" }), let new = name(at: to + 2) {
            targets.append(Object(name: new.text, isRelation: kind == "table" || kind == "view"))
        }
        // A trigger, and an index that refuses values, change what is done to their table.
        guard verb == "create", kind == "trigger" || (kind == "index" && word(kindAt - 1) == "unique"),
              let on = tokens.indices.first(where: { $0 >= end && word($0) == "on" }), let table = name(at: on + 1) else { return }
        targets.append(Object(name: table.text, isRelation: true))
    }

    // MARK: Changes

    private mutating func readChanges() {
        for index in tokens.indices {
            var at = index + 1
            switch word(index) {
            case "into": break
            case "update" where !["for", "on", "do", "after", "before", "or", "of"].contains(word(index - 1)):
                if word(at) == "or" { at += 2 }
                at = skipping(Self.condition, from: at)
            case "from" where word(index - 1) == "delete": at = skipping(Self.condition, from: at)
            case "truncate" where index == 0: at = skipping(["table", "only"], from: at)
            case "copy" where index == 0 && tokens.contains { $0.kind == .word && $0.text == "from" }: break
            case "view" where word(0) == "refresh": at = skipping(Self.condition, from: at)
            default: continue
            }
            guard let target = name(at: at), !["set", "of", "on"].contains(word(at)) else { continue }
            targets.append(Object(name: target.text, isRelation: true))
        }
    }

    // MARK: Names of tables

    /// Before one table, or before a list of them.
    private static let beforeOne: Set<String> = ["into", "update", "references"]
    private static let beforeMany: Set<String> = ["from", "join", "table", "view"]
    /// Before a table, unless a parenthesis follows.
    private static let beforeBare: Set<String> = ["in", "using"]
    private static let between: Set<String> = ["if", "not", "exists", "only", "lateral", "or", "replace", "ignore", "abort", "fail", "rollback", "concurrently"]
    private static let behind: Set<String> = [
        "select", "where", "group", "order", "having", "limit", "set", "values", "window", "union", "except", "intersect", "returning", "default",
    ]
    /// All names in these statements are those of objects.
    private static let plain: Set<String> = [
        "pragma", "analyze", "reindex", "truncate", "copy", "describe", "show", "summarize", "lock", "cluster", "refresh", "drop", "comment", "grant",
    ]

    /// Whether a comma leads to another table, and whether a table comes next.
    private struct Place { var isList = false, isNext = false }

    /// What comes behind `word`; nil where it does not matter.
    private func placeBehind(_ word: String, _ next: Int) -> Place? {
        if Self.beforeMany.contains(word) { return Place(isList: true, isNext: true) }
        if Self.beforeOne.contains(word) || (Self.beforeBare.contains(word) && !isSymbol(next, "(")) || (word == "on" && isOnTable) {
            return Place(isNext: true)
        }
        return Self.behind.contains(word) ? Place() : nil
    }

    /// Whether this is `CREATE INDEX … ON` or `CREATE TRIGGER … ON`.
    private var isOnTable: Bool { word(0) == "create" && tokens.prefix(5).contains { $0.kind == .word && ["index", "trigger"].contains($0.text) } }

    private mutating func readRelations() {
        if Self.plain.contains(word(0)) { for token in tokens where token.canName { relations.insert(token.text) } }
        var places = [Place()]
        var index = 0
        while index < tokens.count {
            let last = places.count - 1
            let token = tokens[index]
            index += 1
            if token.isSymbol("(") {
                places.append(places[last])
                places[last].isNext = false
                if !places[last + 1].isNext { places[last + 1].isList = false }
            } else if token.isSymbol(")") {
                if last > 0 { places.removeLast() }
            } else if token.isSymbol(",") {
                places[last].isNext = places[last].isList
            } else if token.kind == .word, let place = placeBehind(token.text, index) {
                places[last] = place
            } else if token.canName, places[last].isNext, !(token.kind == .word && Self.between.contains(token.text)), let found = name(at: index - 1) {
                for part in stride(from: index - 1, to: found.end, by: 2) { relations.insert(tokens[part].text) }
                index = found.end
                places[last].isNext = false
            } else if token.canName, isSymbol(index, ".") {
                relations.insert(token.text)
            } else if token.kind == .number || token.kind == .symbol {
                places[last].isNext = false
            }
        }
    }
}
