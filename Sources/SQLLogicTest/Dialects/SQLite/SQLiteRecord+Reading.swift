/// What a record says, for whoever runs it.
extension SQLiteRecord {
    /// Whether its conditions keep it from an engine.
    /// - Parameter name: of the engine, in lower case.
    func isLeftOut(for name: [UInt8], in script: Script) -> Bool {
        for index in conditions.indices {
            let range = conditions[index].name
            let isMeant = range.count == name.count && script.buffer(range).elementsEqual(name) { ASCII.lowercased($0) == $1 }
            if isMeant == conditions[index].isSkip { return true }
        }
        return false
    }

    /// The order in which a query's result is compared; nil for a word that names none.
    func sortMode(in script: Script) -> SortMode? {
        tokens.2.isEmpty ? .nosort : SortMode(rawValue: script.text(tokens.2))
    }

    /// The number of values and the digest that a query expects, where the first line of its result names them.
    func expectedHash(in script: Script) -> (values: Int, digest: [UInt8])? {
        var lines = expected.cursor(in: script)
        guard hasSeparator, lines.advance() else { return nil }
        let line = script.buffer(lines.line)
        guard let digest = ResultDigest.named(in: line), digest.count >= ResultDigest.length else { return nil }
        return (ASCII.leadingInteger(line), Array(digest.prefix(ResultDigest.length)))
    }
}
