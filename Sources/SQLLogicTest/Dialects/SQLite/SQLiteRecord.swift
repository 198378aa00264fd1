/// One record of a script in the original dialect, as offsets into the script.
struct SQLiteRecord: Sendable {
    enum Kind: Sendable, Equatable {
        case statement
        case query
        case halt
        case hashThreshold
        /// The first token names none of these; it is empty when a condition has no record below it.
        case unknown
    }

    /// `skipif NAME` or `onlyif NAME`.
    struct Condition: Sendable, Equatable {
        var isSkip: Bool
        var name: ByteRange
    }

    var kind = Kind.unknown
    /// The number of the header line, below the conditions.
    var line = 0
    /// The header's first tokens; those it lacks are empty. Surplus tokens are ignored.
    var tokens: (ByteRange, ByteRange, ByteRange, ByteRange) = (.empty, .empty, .empty, .empty)
    var conditions: [Condition] = []
    var sql = LineBlock.none
    /// What stands below `----`.
    var expected = LineBlock.none
    /// Whether there is a `----`.
    var hasSeparator = false
    /// The line on which reading the record ended: the blank line below it, or the last line of the file.
    /// Without `----`, the last line of the SQL.
    var endLine = 0

    init() {}

    /// The first letter of a type string that is none of `T`, `I` and `R`; such a query is not run.
    static func unknownType(in types: UnsafeBufferPointer<UInt8>) -> UInt8? {
        types.first { $0 != UInt8(ascii: "T") && $0 != UInt8(ascii: "I") && $0 != UInt8(ascii: "R") }
    }

    /// The longest token that is kept, in bytes.
    static let tokenLimit = 199
}
