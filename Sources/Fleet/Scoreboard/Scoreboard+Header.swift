extension Scoreboard {
    func setHeader(from start: Header, _ values: [UInt64]) {
        for (index, value) in values.enumerated() { self[headerWord: start.rawValue + index] = value }
    }

    var use: FleetUse {
        get { FleetUse(words: (0..<6).map { self[headerWord: Header.use.rawValue + $0] }) }
        set { setHeader(from: .use, newValue.words) }
    }
}

extension ScoreboardReading {
    var use: FleetUse { FleetUse(words: (0..<6).map { self[headerWord: Scoreboard.Header.use.rawValue + $0] }) }

    /// Verdicts by file, of a soak run.
    var verdicts: [Outcome: Int] {
        var found: [Outcome: Int] = [:]
        for (index, outcome) in Tally.outcomeOrder.enumerated() {
            let count = Int(clamping: self[headerWord: Scoreboard.Header.verdicts.rawValue + index])
            if count > 0 { found[outcome] = count }
        }
        return found
    }
}

extension FleetUse {
    fileprivate init(words: [UInt64]) {
        self.init()
        let seconds = words.map { Double($0) / 1e6 }
        guard seconds.count == 6 else { return }
        (wanted, active, startup) = (seconds[0], seconds[1], seconds[2])
        (claims, tail, paused) = (seconds[3], seconds[4], seconds[5])
    }

    fileprivate var words: [UInt64] {
        [wanted, active, startup, claims, tail, paused].map { UInt64(max(0, min($0, 1e12)) * 1e6) }
    }
}
