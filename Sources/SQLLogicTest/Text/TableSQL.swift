/// SQL that makes, fills, reads and drops tables, indexes and views, and does nothing else to a database.
package enum TableSQL {
    private static let plain: Set<String> = ["select", "values", "insert", "update", "delete", "with"]
    private static let things: Set<String> = ["table", "index", "unique", "view"]
    /// What names with these beginnings stand for is the engine's own.
    private static let owned = ["pg_", "lo_", "information_schema"]

    /// Whether `sql` is one such statement, as far as its words say: functions that it calls may do more.
    package static func holds(_ sql: [UInt8]) -> Bool {
        sql.withUnsafeBufferPointer { bytes in
            var tokens = SQLToken.all(in: bytes)[...]
            while tokens.last?.isSymbol(";") == true { tokens.removeLast() }
            guard let first = tokens.first, first.kind == .word, !tokens.contains(where: { $0.isSymbol(";") }) else { return false }
            if tokens.contains(where: { token in token.canName && owned.contains { token.text.hasPrefix($0) } }) { return false }
            if plain.contains(first.text) { return true }
            return ["create", "drop"].contains(first.text) && tokens.dropFirst().first.map { things.contains($0.text) } ?? false
        }
    }
}
