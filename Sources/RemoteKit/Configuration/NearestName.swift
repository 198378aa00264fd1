/// Finds what somebody probably meant to type.
public enum NearestName {
    /// The candidate with the fewest edits from `name`, if they are few enough for a slip of the fingers.
    static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let typed = Array(name.lowercased().unicodeScalars.prefix(64))
        var best: (name: String, distance: Int)?
        for candidate in candidates.sorted() {
            let distance = edits(typed, Array(candidate.lowercased().unicodeScalars.prefix(64)))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, min(typed.count, best.name.unicodeScalars.count) / 3) else { return nil }
        return best.name
    }

    /// `; did you mean 'x'?`, or the names there are.
    public static func hint(for name: String, among candidates: some Collection<String>) -> String {
        if let nearest = of(name, among: candidates) { return "; did you mean '\(nearest)'?" }
        return candidates.isEmpty ? "" : "; known: " + candidates.sorted().joined(separator: ", ")
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment, Damerau 1964).
    private static func edits(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var older: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, older[j - 1] + 1) }
                row.append(least)
            }
            (older, previous) = (previous, row)
        }
        return previous[b.count]
    }
}
