/// What `require` finds. Extensions and the properties of the engine's build are there when a label says so:
/// `parquet`, or `vector_size=2048`.
struct DuckRequirements {
    private let present: Set<String>
    private let sizes: [String: Int]

    init(labels: [String]) {
        present = Self.always.union(labels)
        var sizes: [String: Int] = [:]
        for label in labels {
            let parts = label.split(separator: "=")
            if parts.count == 2, let size = Int(parts[1]) { sizes[String(parts[0])] = size }
        }
        self.sizes = sizes
    }

    /// What holds for a release build of the engine on Linux, and for this runner.
    private static let always: Set<String> = [
        "skip_reload", "notwindows", "notmingw", "notmusl", "64bit", "longdouble", "strinline", "nothreadsan", "noforcestorage", "no_force_storage",
        "no_alternative_verify", "no_latest_storage", "no_vector_verification",
    ]

    /// - Parameter words: what stands behind `require`.
    func areMet(_ words: ArraySlice<String>) -> Bool {
        guard let name = words.first else { return false }
        if words.count == 1 { return present.contains(name) }
        guard let wanted = words.dropFirst().first.flatMap({ Int($0) }), words.count == 2, let size = sizes[name] else {
            // What follows is an explanation for people.
            return present.contains(name) && words.dropFirst().first?.hasPrefix("\"") == true
        }
        return name == "vector_size" ? size >= wanted : size == wanted
    }
}
