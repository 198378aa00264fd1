/// Where the record of each position is, 8 bytes each: absent, in a worker's feed, or in the result.
struct RecordIndex {
    enum Place: Equatable {
        case result
        /// The whole line is at this offset of a worker's feed, with this length in bytes.
        case feed(slot: Int, offset: Int, length: Int)
    }

    /// Bit 63 present; then, for a feed, slot + 1 in bits 47 to 62, length in 36 to 46 (in units of 16 bytes, rounded
    /// up) and offset in 0 to 35.
    private var words: [UInt64]
    /// The number of a slot that no worker has: its feed is the file of known records.
    static let known = 0xFFFE
    private(set) var present = 0
    /// Beyond every position that has a record.
    var end: Int { words.count }

    private let limit: Int

    /// - Parameter grows: whether positions beyond `count` will come.
    init(count: Int, grows: Bool = false) {
        words = Array(repeating: 0, count: count)
        limit = grows ? 1 << 28 : count
    }

    subscript(id: Int) -> Place? {
        guard id >= 0, id < words.count, words[id] >> 63 == 1 else { return nil }
        let slot = Int(words[id] >> 47 & 0xFFFF)
        if slot == 0 { return .result }
        return .feed(slot: slot - 1, offset: Int(words[id] & 0xF_FFFF_FFFF), length: Int(words[id] >> 36 & 0x7FF) * 16)
    }

    /// - Returns: whether the file had none before.
    mutating func add(_ id: Int, _ place: Place) -> Bool {
        guard id >= 0, id < limit else { return false }
        if id >= words.count { words += Array(repeating: 0, count: max(id + 1 - words.count, words.count)) }
        guard words[id] >> 63 == 0 else { return false }
        var word: UInt64 = 1 << 63
        if case .feed(let slot, let offset, let length) = place, offset < 1 << 36, length <= 0x7FF * 16, slot < 0xFFFF {
            word |= UInt64(slot + 1) << 47 | UInt64((length + 15) / 16) << 36 | UInt64(offset)
        }
        words[id] = word
        present += 1
        return true
    }
}
