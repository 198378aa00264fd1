/// Which files of a suite a run takes, and in which order it claims them.
public struct Selection: Codable, Sendable, Equatable {
    /// `nil` is ``Order/history``.
    public var order: Order?
    /// `nil` takes all files.
    public var shard: Shard?
    /// Only files whose last verdict was a failure.
    public var failedOnly: Bool?
    /// Globs of which a file must match one; none keeps all.
    public var filters: [String]?
    /// Some files, and others to go with them; `nil` takes all.
    public var sample: Sample?

    /// Whether it takes not all files of the suite.
    public var isPart: Bool { shard != nil || failedOnly == true || !(filters ?? []).isEmpty || sample != nil }

    /// Files that are always taken, and others that are drawn.
    public struct Sample: Codable, Sendable, Equatable {
        /// Relative to the workspace.
        public var keep: [String]
        /// How many others there are at most.
        public var others: Int
        /// Draws them: the same ones for the same seed.
        public var seed: UInt64

        /// Each parameter is the property of the same name.
        public init(keep: [String], others: Int, seed: UInt64) {
            self.keep = keep
            self.others = others
            self.seed = seed
        }
    }

    /// The order of claims.
    public enum Order: String, Codable, Sendable, CaseIterable {
        /// Failed, then untested, then passed last time; in each class the longest expected first.
        case history
        /// The longest expected first.
        case longest
        case name
        /// Shuffled by the seed.
        case random
    }

    /// A selection; by default all files in the order of history.
    public init(order: Order? = nil, shard: Shard? = nil, failedOnly: Bool? = nil, filters: [String]? = nil, sample: Sample? = nil) {
        self.order = order
        self.shard = shard
        self.failedOnly = failedOnly
        self.filters = filters
        self.sample = sample
    }
}

/// One of several runs that share a suite: every `count`-th file by name, so that it depends on nothing but the names.
public struct Shard: Codable, Sendable, Equatable {
    /// From 1.
    public var number: Int
    /// How many share the suite.
    public var count: Int

    /// `nil` unless 1 ≤ `number` ≤ `count` ≤ 100,000.
    public init?(number: Int, count: Int) {
        guard count >= 1, count <= 100_000, number >= 1, number <= count else { return nil }
        self.number = number
        self.count = count
    }

    /// Reads `2/5`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]) else { return nil }
        self.init(number: number, count: count)
    }
}
