/// Why there is no usable configuration: everything that is wrong in it, at once, in the order of the sources.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// A file is not TOML.
        case syntax
        case unknownKey
        /// A wrong type, or a value that is not allowed.
        case invalidValue
        /// A file is missing or cannot be read.
        case unreadable
        case unknownHost
        case unknownProfile
    }

    /// One thing that is wrong.
    public struct Problem: Sendable, Equatable, CustomStringConvertible {
        public var code: Code
        /// `slt-remote.toml:12`, a variable's or a flag's name; `nil` where no one place is to blame.
        public var place: String?
        /// Lower case, safe to print, ends in what to do.
        public var message: String

        public init(_ code: Code, at place: String? = nil, _ message: String) {
            self.code = code
            self.place = place.map { SafeText.line($0, limit: 400) }
            self.message = SafeText.line(message, limit: 2000)
        }

        public var description: String { place.map { $0 + ": " + message } ?? message }
    }

    /// Never empty.
    public var problems: [Problem]

    public init(_ problems: [Problem]) { self.problems = problems }
    public init(_ code: Code, at place: String? = nil, _ message: String) {
        self.init([Problem(code, at: place, message)])
    }

    /// Never: the user has to change something first.
    public var canRetry: Bool { false }

    /// One line a problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
