/// Words for the command line of a POSIX shell.
package enum ShellWord {
    /// `text` as one word, whatever is in it. Plain words stay as they are, so that they can stand within quotes of a template's own.
    ///
    /// A tilde is quoted (it would be expanded at the start of a word), and so is `=` (zsh expands it there).
    package static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "_-./:@,+%".utf8.contains(byte)
        }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    /// The words of a line that has nothing but quoted ones with a space between them; nil for every other line.
    package static func words(of line: String) -> [String]? {
        var quoted = [""], isWithin = false, isEscaped = false
        for character in line.unicodeScalars {
            if character == " ", !isWithin {
                quoted.append("")
                continue
            }
            if character == "'", !isEscaped { isWithin.toggle() }
            isEscaped = character == "\\" && !isWithin
            quoted[quoted.count - 1].unicodeScalars.append(character)
        }
        let words = quoted.map { $0.hasPrefix("'") ? String($0.dropFirst().dropLast()).replacing("'\\''", with: "'") : $0 }
        return words.map(Self.quoted) == quoted ? words : nil
    }
}
