/// The words of SQL, roughly: enough to tell what a statement is made of.
enum SQLNames {
    struct Word: Equatable {
        /// In lower case.
        var text: String
        /// Whether it is the name of a function that is called.
        var isCall: Bool
    }

    /// Behind these a name with a parenthesis is that of a table or an index.
    private static let beforeNames: Set<String> = ["table", "into", "exists", "index", "view", "on", "references", "as", "with", "values", "in", "and", "or", "not", "from", "join"]

    static func words(of sql: String) -> [Word] {
        var found: [Word] = []
        var word = "", isText = false
        func end(_ next: Character?) {
            guard !word.isEmpty else { return }
            let isCall = next == "(" && !(found.last.map { beforeNames.contains($0.text) } ?? false) && !beforeNames.contains(word)
            found.append(Word(text: word, isCall: isCall))
            word = ""
        }
        for character in sql.lowercased() {
            if character == "'" { isText.toggle() }
            if isText { continue }
            if character.isLetter || character.isNumber || character == "_" { word.append(character) } else { end(character) }
        }
        end(nil)
        return found.filter { $0.text.first?.isNumber == false }
    }
}
