/// Whether files that take long are run in parts; written as `auto`, `off` or a number.
public enum SplitRule: Codable, Sendable, Equatable {
    /// Those that earlier runs have shown to take more than a worker's share of the run.
    case auto
    case off
    /// Each file, in so many parts.
    case parts(Int)

    /// The most parts of a file.
    public static let most = 1024

    /// - Returns: nil for a word that is none.
    public init?(_ word: String) {
        switch word {
        case "auto": self = .auto
        case "off": self = .off
        default:
            guard let count = Int(word), (2...Self.most).contains(count) else { return nil }
            self = .parts(count)
        }
    }

    /// `auto`, `off` or the number.
    public var word: String {
        switch self {
        case .auto: "auto"
        case .off: "off"
        case .parts(let count): "\(count)"
        }
    }

    public init(from decoder: any Decoder) throws {
        let word = try decoder.singleValueContainer().decode(String.self)
        guard let rule = SplitRule(word) else { throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no rule: \(word)")) }
        self = rule
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}

/// How a file was run in parts.
public struct FileParts: Codable, Sendable, Equatable {
    /// How many there were.
    public var count: Int
    /// How many workers ran them.
    public var workers: Int
    /// Wall-clock seconds of all of them, which is about what one worker would have taken.
    public var seconds: Double
    /// Each parameter is the property of the same name.
    public init(count: Int, workers: Int, seconds: Double) {
        self.count = count
        self.workers = workers
        self.seconds = seconds
    }
}
