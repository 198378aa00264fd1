import Fleet

/// What a key takes. One reader serves files, variables and flags, so that all say the same of the same mistake.
enum SettingKind: Sendable, Equatable {
    case text
    case flag
    /// More than zero.
    case duration
    /// More than zero, or `"none"`.
    case limit
    /// Bytes, at least `least`, or `"none"`.
    case size(least: Int)
    case workers
    case integer(ClosedRange<Int>)
    /// One of these names.
    case choice([String])
    /// A list of strings that are not empty.
    case strings
    /// A program and its arguments.
    case command
    /// A path on this machine: `~` is expanded, and a relative path starts from the file's folder.
    case localPath
    /// One local path or a list; the word `none` is left as it is, as in ssh's own configuration.
    case localPaths
    /// A path on the host, `~` left for the host.
    case hostPath
    /// The same, or `auto`.
    case workspace
    /// What `ssh` accepts.
    case destination
    /// One of them, or a list of ways to one host.
    case destinations
    case blocks
    /// Globs with time-outs.
    case timeouts
    /// Files of which only so many run at a time.
    case groups
    /// Whether files are run in parts, or in how many.
    case split

    /// The most workers a run may have.
    static let mostWorkers = 10_000

    /// After "must be".
    var expected: String {
        switch self {
        case .text: "a string"
        case .flag: "true or false"
        case .duration: "a duration of more than zero, such as \"90s\", \"30m\", \"1h30m\" or plain seconds"
        case .limit: "a duration of more than zero, such as \"500ms\", \"10s\" or plain seconds, or \"none\""
        case .size(let least): "a size of at least \(SettingValue.bytes(least).asTOML), such as \"512M\" or \"4G\", or \"none\""
        case .workers: "a whole number from 1 to \(Self.mostWorkers), or \"auto\" for the host's cores"
        case .split: "\"auto\", \"off\" or a whole number from 2 to \(SplitRule.most)"
        case .integer(let range):
            range.upperBound == .max ? "a whole number, \(range.lowerBound) or more"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let names): names.map { "\"\($0)\"" }.joined(separator: " or ")
        case .strings: "a list of strings, such as [\"a\", \"b\"]"
        case .command: "a list of the program and its arguments, such as [\"bin/tester\", \"{file}\"]"
        case .localPath: "a path"
        case .localPaths: "a path or a list of paths"
        case .hostPath: "a path on the host below \"/\" or \"~/\", without \"..\""
        case .workspace: Self.hostPath.expected + ", or \"auto\""
        case .destination: "what ssh accepts, such as \"alias\", \"user@host\" or \"ssh://user@host:port\""
        case .destinations: "what ssh accepts, such as \"alias\", \"user@host\" or \"ssh://user@host:port\", or a list of these"
        case .timeouts: "a list such as [{ files = \"**/big.test\", time = \"20m\" }]"
        case .groups: "a list such as [{ files = [\"catalog/**\"], max = 1 }]"
        case .blocks: "a list such as [{ files = \"**/a.test\", reason = \"why\" }]"
        }
    }

    /// Whether one variable or flag can hold it.
    var isScalar: Bool {
        switch self {
        case .strings, .command, .blocks, .timeouts, .groups: false
        default: true
        }
    }
}

/// A value that a key does not take.
struct SettingMismatch: Error {
    /// After the key's name.
    var message: String
    /// Where, if below the key's own line.
    var line: Int?

    init(_ message: String, line: Int? = nil) {
        self.message = message
        self.line = line
    }
}

/// What the reading of a value depends on besides the value.
struct SettingContext: Sendable {
    /// Absolute; relative local paths start here.
    var folder: String
    /// The user's home folder, if known.
    var home: String?
}
