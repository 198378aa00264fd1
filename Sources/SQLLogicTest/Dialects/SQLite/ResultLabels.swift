/// What each label of a script stands for: queries with the same label must have the same result.
struct ResultLabels {
    private var digests: [[UInt8]: [UInt8]] = [:]

    /// The part of a label that counts for a query that ran, 20 bytes in SQLite's own runner; a skipped one's counts whole.
    static func significantPart(of label: ByteRange) -> ByteRange {
        ByteRange(label.start, min(label.end, label.start + 20))
    }

    /// Whether `digest` is what `label` has stood for so far; the first use says what that is.
    mutating func agrees(_ label: UnsafeBufferPointer<UInt8>, _ digest: [UInt8]) -> Bool {
        let key = Array(label)
        guard let known = digests[key] else {
            digests[key] = digest
            return true
        }
        return known == digest
    }
}
