/// What SQL reaches for outside of its own database: files, programs and code.
///
/// It is found by tokens alone. So a name that stands for something harmless may be found, and what SQL makes of texts while it runs is not.
package struct SQLReach: Sendable, Equatable {
    package enum Kind: String, Sendable, Codable {
        case attach
        case vacuumInto = "vacuum-into"
        /// A statement that reads or writes a file, or starts a program.
        case file
        /// A function or table that does so.
        case function
        /// Code that the engine loads.
        case code
    }

    package var kind: Kind
    /// For a message: `ATTACH`, `the function readfile`.
    package var words: String

    /// Engines cut the same text differently, and a stranger may count on it: what any of them would see is found.
    static func all(in sql: UnsafeBufferPointer<UInt8>) -> [SQLReach] {
        guard filter.mayFind(in: sql) || mayNameFile(sql) || mayNameSetting(sql) else { return [] }
        var found: [SQLReach] = []
        for rules in [SQLLexer.Rules.sqlite, .postgres] {
            for reach in find(SQLToken.all(in: sql, rules: rules)) where !found.contains(reach) { found.append(reach) }
        }
        return found
    }

    private static let filter = WordFilter(statements.union(functions).union(tables).union(settings).union(endings.map { String($0.dropFirst()) }).union(["u", "glob"]))

    private static func mayNameFile(_ sql: UnsafeBufferPointer<UInt8>) -> Bool {
        sql.contains(UInt8(ascii: "/")) && sql.contains { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "`") || $0 == UInt8(ascii: "[") }
    }

    private static func mayNameSetting(_ sql: UnsafeBufferPointer<UInt8>) -> Bool {
        sql.indices.contains { at in
            sql[at] == UInt8(ascii: "_") && settingEndings.contains { sql[at...].lazy.map { $0 | 0x20 }.starts(with: $0.utf8.lazy.map { $0 | 0x20 }) }
        }
    }

    private static func find(_ tokens: [SQLToken]) -> [SQLReach] {
        var found: [SQLReach] = []
        for statement in tokens.split(whereSeparator: { $0.isSymbol(";") }) {
            if let reach = statementReach(statement) { found.append(reach) }
            var sources = SQLSources()
            for index in statement.indices {
                let isSource = sources.isSource(statement[index])
                if let reach = wordReach(statement, index, isSource: isSource) { found.append(reach) }
            }
        }
        return found
    }

    // MARK: Statements

    private static func statementReach(_ all: ArraySlice<SQLToken>) -> SQLReach? {
        // A plan may be one of what has run.
        let tokens = all.drop { $0.isSymbol("(") || ($0.kind == .word && ["explain", "query", "plan", "analyze", "verbose"].contains($0.text)) }
        guard let first = tokens.first, first.kind == .word else { return nil }
        let rest = tokens.dropFirst()
        func has(_ words: String...) -> Bool { rest.contains { $0.kind == .word && words.contains($0.text) } }
        switch first.text {
        case "attach": return SQLReach(kind: .attach, words: "ATTACH")
        case "vacuum" where has("into"): return SQLReach(kind: .vacuumInto, words: "VACUUM INTO")
        case "copy" where !isOwnStream(rest): return SQLReach(kind: .file, words: has("program") ? "COPY with a program" : "COPY with a file")
        case "export", "import": return has("database") ? SQLReach(kind: .file, words: "\(first.text.uppercased()) DATABASE") : nil
        case "load", "install": return SQLReach(kind: .code, words: first.text.uppercased())
        case "set", "pragma": return settingReach(rest)
        case "alter":
            if let next = rest.first, next.kind == .word, next.text == "system" { return SQLReach(kind: .file, words: "ALTER SYSTEM") }
            return rest.firstIndex { $0.kind == .word && $0.text == "set" }.flatMap { settingReach(rest[($0 + 1)...]) }
        case "create":
            if let next = rest.first, next.kind == .word, next.text == "tablespace" { return SQLReach(kind: .file, words: "CREATE TABLESPACE") }
            if has("extension") { return SQLReach(kind: .code, words: "CREATE EXTENSION") }
            guard has("function", "procedure"), let at = rest.firstIndex(where: { $0.kind == .word && $0.text == "language" }), at + 1 < rest.endIndex else { return nil }
            let language = rest[at + 1].text
            return language == "sql" || language == "plpgsql" ? nil : SQLReach(kind: .code, words: "a function in the language \(language)")
        default: return nil
        }
    }

    /// - Parameter tokens: what stands behind SET.
    private static func settingReach(_ tokens: ArraySlice<SQLToken>) -> SQLReach? {
        let name = tokens.drop { $0.kind == .word && ["session", "local", "global"].contains($0.text) }.first
        // One that is known is found wherever it stands.
        guard let name, name.canName, name.text != harmlessSetting, !settings.contains(name.text), settingEndings.contains(where: { name.text.hasSuffix($0) }) else { return nil }
        return SQLReach(kind: .file, words: "the setting \(name.text)")
    }

    /// Whether a COPY reads or writes only what the client has.
    private static func isOwnStream(_ tokens: ArraySlice<SQLToken>) -> Bool {
        guard let at = tokens.lastIndex(where: { $0.kind == .word && ($0.text == "from" || $0.text == "to") }), at + 1 < tokens.endIndex else { return false }
        return tokens[at + 1].kind == .word && (tokens[at + 1].text == "stdin" || tokens[at + 1].text == "stdout")
    }

    // MARK: Words

    private static func wordReach(_ tokens: ArraySlice<SQLToken>, _ index: Int, isSource: Bool) -> SQLReach? {
        let token = tokens[index]
        func isSymbol(_ symbol: Character, at index: Int) -> Bool { tokens.indices.contains(index) && tokens[index].isSymbol(symbol) }
        // A name whose letters are written as numbers, as PostgreSQL has them, may be any name.
        if token.kind == .word, token.text == "u", isSymbol("&", at: index + 1), index + 2 < tokens.endIndex, tokens[index + 2].kind == .name {
            return SQLReach(kind: .function, words: "a name in escapes")
        }
        guard token.canName else { return nil }
        if isSymbol("(", at: index + 1), functions.contains(token.text) || (isSource && token.text == "glob") {
            return SQLReach(kind: .function, words: "the function \(token.text)")
        }
        if tables.contains(token.text), token.kind != .text || isSource { return SQLReach(kind: .function, words: "the table \(token.text)") }
        if settings.contains(token.text), token.kind != .text { return SQLReach(kind: .file, words: "the setting \(token.text)") }
        if isSource, token.kind != .word, isFileName(token.text) { return SQLReach(kind: .file, words: "a file in the place of a table") }
        return nil
    }

    private static func isFileName(_ name: String) -> Bool { name.contains("/") || endings.contains { name.hasSuffix($0) } }
}
