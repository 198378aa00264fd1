import Glibc

/// A list of files in one line of `ssh -G`, which prints blanks within a name as it prints those between names.
enum FileList {
    /// Names begin with `/`, `~`, a token or a variable: any other word belongs to the name before it. What is there
    /// decides between the readings that are left.
    static func split(_ line: String, exists: (String) -> Bool = { access($0, F_OK) == 0 }) -> [String] {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        var files: [String] = []
        var start = 0
        while start < words.count {
            let end = endOfName(words, from: start, exists)
            files.append(words[start ..< end].joined(separator: " "))
            start = end
        }
        return files.filter { !$0.isEmpty }
    }

    private static func endOfName(_ words: [Substring], from start: Int, _ exists: (String) -> Bool) -> Int {
        // The longest name that is there.
        if let there = (start + 1 ... words.count).reversed().first(where: { exists(words[start ..< $0].joined(separator: " ")) }) { return there }
        // A relative name is taken to have no blanks.
        guard begins(words[start]) else { return start + 1 }
        return (start + 1 ..< words.count).first { begins(words[$0]) } ?? words.count
    }

    private static func begins(_ word: Substring) -> Bool { ["/", "~", "%", "${"].contains { word.hasPrefix($0) } }
}
