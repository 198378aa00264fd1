/// Takes known secrets out of bytes that come piece by piece, also those that lie across two pieces.
package struct RedactedStream: Sendable {
    private let redaction: Redaction
    private var held: [UInt8] = []

    package init(_ redaction: Redaction) { self.redaction = redaction }

    /// - Returns: what can be passed on: all but an end that may be the beginning of a secret.
    package mutating func add(_ piece: [UInt8]) -> [UInt8] {
        guard !redaction.isEmpty else { return piece }
        held += piece
        let ranges = redaction.ranges(in: held)
        var cut = redaction.pending(in: held)
        // A secret that may go on is held as a whole, unless it goes on for ever.
        if let last = ranges.last, last.upperBound > cut { cut = held.count - last.lowerBound > 4 * redaction.longest ? held.count : last.lowerBound }
        let passed = Redaction.replacing(ranges.filter { $0.upperBound <= cut }, in: Array(held[..<cut]))
        held.removeFirst(cut)
        return passed
    }

    /// - Returns: what was held back.
    package mutating func finish() -> [UInt8] {
        defer { held = [] }
        return redaction.bytes(held)
    }
}
