import Fleet
import Platform

extension KeptDatabase {
    /// The same with a command that is fit to be pasted into a shell, or with none.
    func bounded() -> KeptDatabase {
        let note = note.map(Bounds.message)
        guard let open, !Self.isOpening(open) else { return KeptDatabase(open: open, note: note) }
        let why = "its command is not shown: it is too long, or none that slt-worker makes"
        return KeptDatabase(note: note.map { "\(why); \($0)" } ?? why)
    }

    /// Characters of a command that reports show as they are.
    private static let longest = 1000

    /// Whether it is a command of a worker's, `sqlite3 FILE` or `psql [-h HOST] [-p PORT] [-U USER] -d DATABASE`, and is shown as it is.
    private static func isOpening(_ command: String) -> Bool {
        guard command.unicodeScalars.count <= longest, SafeText.line(command) == command, var words = ShellWord.words(of: command)?[...] else { return false }
        switch words.popFirst() {
        case "sqlite3": return words.count == 1 && words.first?.hasPrefix("/") == true
        case "psql":
            for option in ["-h", "-p", "-U"] where words.first == option { words = words.dropFirst(2) }
            // Only a plain name: psql takes a connection string for a database, too.
            return words.count == 2 && words.first == "-d" && words.last?.hasPrefix("slt_") == true && words.last?.utf8.contains(UInt8(ascii: "=")) == false
        default: return false
        }
    }
}
