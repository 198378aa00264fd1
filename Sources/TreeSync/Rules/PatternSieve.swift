/// What a path must have to match a pattern, in a few plain bytes: of thousands of patterns nearly all are passed over by it.
struct PatternSieve: Sendable {
    var isDirectoryOnly: Bool
    /// Whether the pattern is compared with the name; else with the path below the rule file's folder.
    var comparesName: Bool
    var shortest: UInt32 = 0
    private var firstByte: UInt16 = 256
    private var lastByte: UInt16 = 256

    init(isDirectoryOnly: Bool, comparesName: Bool) {
        self.isDirectoryOnly = isDirectoryOnly
        self.comparesName = comparesName
    }

    /// `nil` where any byte will do.
    var first: UInt8? {
        get { UInt8(exactly: firstByte) }
        set { firstByte = newValue.map { UInt16($0) } ?? 256 }
    }

    var last: UInt8? {
        get { UInt8(exactly: lastByte) }
        set { lastByte = newValue.map { UInt16($0) } ?? 256 }
    }

    /// The same of an entry, for comparison.
    struct Entry {
        var first: UInt16
        var last: UInt16
        var count: UInt32

        init(_ text: UnsafeBufferPointer<UInt8>) {
            first = text.first.map { UInt16($0) } ?? 257
            last = text.last.map { UInt16($0) } ?? 257
            count = UInt32(clamping: text.count)
        }
    }

    @inline(__always)
    func lets(_ entry: Entry) -> Bool {
        (firstByte == entry.first || firstByte == 256) && (lastByte == entry.last || lastByte == 256) && shortest <= entry.count
    }
}
