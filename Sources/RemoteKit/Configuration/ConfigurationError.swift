public import Platform

/// Why there is no usable configuration: everything that is wrong in it, at once, in the order of the sources.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake it is.
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
        /// What kind of mistake it is.
        public var code: Code
        /// `slt-remote.toml:12`, a variable's or a flag's name; `nil` where no one place is to blame.
        public var place: String?
        /// Lower case, safe to print, ends in what to do.
        public var message: String
        /// What can be done about it, where that is more than the message says.
        public var remedy: Remedy?

        /// Makes the place and the message safe to show, each in one line.
        public init(_ code: Code, at place: String? = nil, _ message: String, remedy: Remedy? = nil) {
            self.code = code
            self.remedy = remedy
            self.place = place.map { SafeText.line($0, limit: 400) }
            self.message = SafeText.sentence(message, limit: 2000)
        }

        public var description: String { place.map { $0 + ": " + message } ?? message }
    }

    /// Never empty.
    public var problems: [Problem]

    /// - Parameter problems: at least one.
    public init(_ problems: [Problem]) { self.problems = problems }
    /// An error with one problem.
    public init(_ code: Code, at place: String? = nil, _ message: String, remedy: Remedy? = nil) {
        self.init([Problem(code, at: place, message, remedy: remedy)])
    }

    /// Never: the user has to change something first.
    public var canRetry: Bool { false }

    /// One line a problem.
    public var description: String {
        let left = problems.count - Self.mostShown
        return (problems.prefix(Self.mostShown).map(\.description) + (left > 0 ? ["… and \(left) more"] : [])).joined(separator: "\n")
    }

    private static let mostShown = 50
}
