/// What programs say when they end because they were refused memory: from the outside that looks like any other abort.
package enum MemoryRefusal {
    private static let words = [
        "memory allocation of ", // Rust: "memory allocation of 123 bytes failed"
        "std::bad_alloc", "out of memory", "Out of memory", "OutOfMemoryError", "cannot allocate memory", "Cannot allocate memory",
        "Could not allocate memory", "MemoryError",
    ]
    /// How many lines at the end are looked at: what was said before was survived.
    private static let lines = 5

    /// Whether the last lines of `output` say so.
    package static func isSaid(atEndOf output: [UInt8]) -> Bool {
        let last = output.suffix(4096).split(separator: 0x0A).suffix(lines)
        return last.contains { line in
            let text = String(decoding: line, as: UTF8.self)
            return words.contains { text.contains($0) }
        }
    }
}
