/// One record of a script in the original dialect, as offsets into the script.
public struct Record: Sendable {
    public enum Kind: Sendable, Equatable {
        case statement
        case query
        case halt
        case hashThreshold
        /// The first token names none of these; it is empty when a condition has no record below it.
        case unknown
    }

    /// `skipif NAME` or `onlyif NAME`.
    public struct Condition: Sendable, Equatable {
        public var isSkip: Bool
        public var name: ByteRange
    }

    public internal(set) var kind = Kind.unknown
    /// The number of the header line, below the conditions.
    public internal(set) var line = 0
    /// The header's first tokens; those it lacks are empty. Surplus tokens are ignored.
    public internal(set) var tokens: (ByteRange, ByteRange, ByteRange, ByteRange) = (.empty, .empty, .empty, .empty)
    public internal(set) var conditions: [Condition] = []
    public internal(set) var sql = LineBlock.none
    /// What stands below `----`.
    public internal(set) var expected = LineBlock.none
    /// Whether there is a `----`.
    public internal(set) var hasSeparator = false
    /// The line on which reading the record ended: the blank line below it, or the last line of the file.
    /// Without `----`, the last line of the SQL.
    public internal(set) var endLine = 0

    public init() {}

    /// The longest token that is kept, in bytes.
    static let tokenLimit = 199
}
