/// What a slot has published, in all.
struct Tally: Sendable, Equatable {
    var outcomes: [Outcome: Int] = [:]
    var tests = 0
    var skippedRecords = 0
    var errors = 0

    init() {}

    var files: Int { outcomes.values.reduce(0, +) }

    mutating func add(_ record: FileRecord) {
        outcomes[record.outcome, default: 0] += 1
        tests &+= record.tests
        skippedRecords &+= record.skipped
        errors &+= record.errors
    }

    static func += (left: inout Tally, right: Tally) {
        for (outcome, count) in right.outcomes { left.outcomes[outcome, default: 0] &+= count }
        left.tests &+= right.tests
        left.skippedRecords &+= right.skippedRecords
        left.errors &+= right.errors
    }
}

/// As words of a scoreboard: each outcome's count at its ``Outcome/code``, and the others at 8 to 10.
extension Tally {
    static let wordCount = 13
    private static let testsAt = 8, skippedAt = 9, errorsAt = 10

    /// - Parameter words: ``wordCount`` of them.
    init(words: [UInt64]) {
        for (code, word) in words.enumerated() where word > 0 {
            if let outcome = Outcome(code: code) { outcomes[outcome] = Int(clamping: word) }
        }
        guard words.count > Tally.errorsAt else { return }
        tests = Int(clamping: words[Tally.testsAt])
        skippedRecords = Int(clamping: words[Tally.skippedAt])
        errors = Int(clamping: words[Tally.errorsAt])
    }

    var words: [UInt64] {
        var words = [UInt64](repeating: 0, count: Tally.wordCount)
        for (outcome, count) in outcomes { words[outcome.code] = UInt64(max(0, count)) }
        words[Tally.testsAt] = UInt64(max(0, tests))
        words[Tally.skippedAt] = UInt64(max(0, skippedRecords))
        words[Tally.errorsAt] = UInt64(max(0, errors))
        return words
    }
}
