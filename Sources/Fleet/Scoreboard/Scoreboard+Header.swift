extension Scoreboard {
    var use: FleetUse {
        get { FleetUse(words: headerWords(from: .use, count: FleetUse.wordCount)) }
        set { setHeader(from: .use, newValue.words) }
    }

    var paused: PauseReasons {
        get { PauseReasons(rawValue: self[.paused]) }
        set { self[.paused] = newValue.rawValue }
    }

    /// Verdicts by file, of a soak run.
    func setVerdicts(_ verdicts: [Outcome: Int]) {
        var words = [UInt64](repeating: 0, count: 16)
        for (outcome, count) in verdicts { words[outcome.code] = UInt64(max(0, count)) }
        setHeader(from: .verdicts, Array(words[..<8]))
        setHeader(from: .moreVerdicts, Array(words[8...]))
    }
}

extension ScoreboardReading {
    var use: FleetUse { FleetUse(words: headerWords(from: .use, count: FleetUse.wordCount)) }
    var paused: PauseReasons { PauseReasons(rawValue: self[word: .paused]) }

    /// Verdicts by file, of a soak run.
    var verdicts: [Outcome: Int] {
        let words = headerWords(from: .verdicts, count: 8) + headerWords(from: .moreVerdicts, count: 8)
        var found: [Outcome: Int] = [:]
        for (code, word) in words.enumerated() where word > 0 {
            if let outcome = Outcome(code: code) { found[outcome] = Int(clamping: word) }
        }
        return found
    }
}

extension FleetUse {
    fileprivate static let wordCount = 6

    fileprivate init(words: [UInt64]) {
        self.init()
        let seconds = words.map { Double($0) / 1e6 }
        guard seconds.count == FleetUse.wordCount else { return }
        (wanted, active, startup) = (seconds[0], seconds[1], seconds[2])
        (claims, tail, paused) = (seconds[3], seconds[4], seconds[5])
    }

    fileprivate var words: [UInt64] {
        [wanted, active, startup, claims, tail, paused].map { UInt64(max(0, min($0, 1e12)) * 1e6) }
    }
}
