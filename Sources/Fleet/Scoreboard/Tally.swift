/// What a slot has published, in all.
struct Tally: Sendable, Equatable {
    var outcomes: [Outcome: Int] = [:]
    var tests = 0
    var skippedRecords = 0
    var errors = 0

    static let outcomeOrder: [Outcome] = [.pass, .fail, .timeout, .crashed, .outOfMemory, .unreadable, .skipped, .untested]
    static let wordCount = outcomeOrder.count + 3

    init() {}

    init(words: [UInt64]) {
        for (index, outcome) in Tally.outcomeOrder.enumerated() where index < words.count && words[index] > 0 {
            outcomes[outcome] = Int(clamping: words[index])
        }
        guard words.count >= Tally.wordCount else { return }
        tests = Int(clamping: words[8])
        skippedRecords = Int(clamping: words[9])
        errors = Int(clamping: words[10])
    }

    var words: [UInt64] {
        Tally.outcomeOrder.map { UInt64(max(0, outcomes[$0] ?? 0)) } + [tests, skippedRecords, errors].map { UInt64(max(0, $0)) }
    }

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

extension Scoreboard {
    /// The counts of a slot are in two banks. A publisher fills the one that is not valid, notes the file, links the
    /// result and then switches the bank with a single store; whoever finds the note of a dead publisher sees from the
    /// result whether to switch. So the counts equal the results, whenever a process is killed.
    func prepare(_ slot: Int, _ record: FileRecord, position: Int) {
        let commit = self[slot, .commit]
        var tally = Tally(words: words(slot, from: bank(commit & 1), count: Tally.wordCount))
        tally.add(record)
        setWords(slot, from: bank(commit & 1 ^ 1), tally.words)
        self[slot, .commit] = commit & 1 | UInt64(position + 1) << 1
    }

    func commit(_ slot: Int) { self[slot, .commit] = self[slot, .commit] & 1 ^ 1 }
    func abort(_ slot: Int) { self[slot, .commit] &= 1 }

    /// The file a publisher was about to publish when it was last heard of.
    func pending(_ slot: Int) -> Int? { Scoreboard.pending(self[slot, .commit]) }
    static func pending(_ commit: UInt64) -> Int? { commit >> 1 == 0 ? nil : Int(clamping: commit >> 1) - 1 }

    func tally(_ slot: Int) -> Tally { Tally(words: words(slot, from: bank(self[slot, .commit] & 1), count: Tally.wordCount)) }

    func setTally(_ slot: Int, _ tally: Tally) {
        setWords(slot, from: .bankA, tally.words)
        self[slot, .commit] = 0
    }

    private func bank(_ which: UInt64) -> Word { which == 0 ? .bankA : .bankB }
}
