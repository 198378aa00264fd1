import Glibc

/// One slot as a reader of the file sees it. Readers do not map the file: one that was cut would end them.
struct SlotReading: SlotWords, Sendable {
    private let words: [UInt64]

    subscript(word: Scoreboard.Word) -> UInt64 { words[word.rawValue] }

    /// The published counts; those of the bank not yet valid when `pendingWon`.
    func tally(pendingWon: Bool = false) -> Tally {
        let bank = self[.commit] & 1 ^ (pendingWon ? 1 : 0)
        let start = (bank == 0 ? Scoreboard.Word.bankA : .bankB).rawValue
        return Tally(words: Array(words[start..<(start + Tally.wordCount)]))
    }

    fileprivate init(_ bytes: ArraySlice<UInt8>) {
        let copy = Array(bytes)
        words = (0..<(Scoreboard.slotSize / 8)).map { copy.word($0) }
    }
}

/// The scoreboard read at one moment, without disturbing anyone.
struct ScoreboardReading: Sendable {
    private let header: [UInt8]
    /// Slot 0 is the supervisor's, worker K has slot K + 1.
    let slots: [SlotReading]
    let text: String
    /// Workers it has room for.
    let capacity: Int

    subscript(word wanted: Scoreboard.Header) -> UInt64 { header.word(wanted.rawValue) }
    func headerWords(from start: Scoreboard.Header, count: Int) -> [UInt64] { (0..<count).map { header.word(start.rawValue + $0) } }

    init(_ path: Path) throws(FleetError) {
        let file = try File(path, O_RDONLY)
        let all = try Scoreboard.checkedSlots(file, path)
        capacity = all - 1
        header = try file.read(Scoreboard.headerSize, at: 0)
        let used = min(all, Int(clamping: header.word(Scoreboard.Header.slotsUsed.rawValue)) + 1)
        let length = min(Int(clamping: header.word(Scoreboard.Header.textLength.rawValue)), Scoreboard.textLimit)
        text = String(decoding: header.dropFirst(1024).prefix(length), as: UTF8.self)
        var slots: [SlotReading] = []
        for slot in 0..<used {
            // The sequence is odd while the worker changes files; a reader tries again, but not for ever.
            for _ in 0..<20 {
                let bytes = try file.read(Scoreboard.slotSize, at: Scoreboard.headerSize + slot * Scoreboard.slotSize)
                guard bytes.count == Scoreboard.slotSize else { break }
                let reading = SlotReading(bytes[...])
                if !reading.isChanging || !reading.isAlive {
                    slots.append(reading)
                    break
                }
            }
            if slots.count == slot {
                slots.append(SlotReading(Array(repeating: 0, count: Scoreboard.slotSize)[...]))
            }
        }
        self.slots = slots
    }
}
