/// What came of a part: the second line of its result. The first is its owner's, as in any result.
struct PartRecord {
    /// What it took, and who ran it.
    struct Head: Codable {
        var worker: Int
        /// Wall-clock seconds, with what had to be run before it.
        var seconds: Double
        /// CPU seconds.
        var cpu: Double
        /// Whether the file ends in it, so that those behind it do not count; absent where not.
        var isLast: Bool?
    }

    var head: Head
    /// What the executor has found, for ``PartExecutor``. It has no line ends.
    var found: [UInt8]

    init(_ head: Head, found: [UInt8]) {
        self.head = head
        self.found = found
    }

    private static let separator = UInt8(ascii: "\t")

    init?(line: [UInt8]) {
        guard let end = line.firstIndex(of: Self.separator), let head = try? JSON.decode(Head.self, Array(line[..<end]), Path("part")) else { return nil }
        self.init(head, found: Array(line[(end + 1)...]))
    }

    func line() throws(FleetError) -> [UInt8] {
        // The encoder ends with a line end.
        Array(try JSON.encode(head).prefix { $0 != 0x0A }) + [Self.separator] + found + [0x0A]
    }
}
