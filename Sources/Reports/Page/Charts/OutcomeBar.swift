import Fleet
import Platform

/// The outcomes of a run as one bar, each as long as its share. What failed is hatched, what was not run is dotted.
struct OutcomeBar {
    let outcomes: [Outcome: Int]
    let total: Int

    /// The order from the left: what a reader looks for first.
    static let order: [Outcome] = [.fail, .timeout, .crashed, .outOfMemory, .unreadable, .pass, .untested, .blocked, .unsupported, .skipped]

    /// `fail`, `pass` or `aside`: how the page colours it.
    static func tone(_ outcome: Outcome) -> String { outcome.isFailure ? "fail" : outcome == .pass ? "pass" : "aside" }

    /// The shapes, in shares of the drawing's width. No part that is there is too small to be seen.
    var shapes: String {
        var parts: [(tone: String, count: Int)] = []
        for outcome in Self.order {
            guard let count = outcomes[outcome], count > 0 else { continue }
            if let last = parts.last, last.tone == Self.tone(outcome) { parts[parts.count - 1].count += count } else { parts.append((Self.tone(outcome), count)) }
        }
        let sum = Double(max(total, parts.reduce(0) { $0 + $1.count }, 1))
        let shares = parts.map { max(0.6, Double($0.count) / sum * 100) }
        let scale = 100 / max(100, shares.reduce(0, +))
        var x = 0.0, text = ""
        for (part, share) in zip(parts, shares) {
            let place = "x=\"\(Human.fixed(x, 2))%\" width=\"\(Human.fixed(share * scale, 2))%\" height=\"100%\""
            text += "<rect class=\"\(part.tone)\" \(place)/>"
            if part.tone != "pass" { text += "<rect fill=\"url(#\(part.tone == "fail" ? "hatch" : "dots"))\" \(place)/>" }
            x += share * scale
        }
        return text
    }
}
