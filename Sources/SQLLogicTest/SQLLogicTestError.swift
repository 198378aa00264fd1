/// What kept this module from giving a verdict. A failing test is never one of these.
public struct SQLLogicTestError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    public enum Code: String, Sendable, Codable {
        /// The script could not be read.
        case unreadable
        /// The engine could not be loaded, configured or opened.
        case engine
        /// A suite could not be written.
        case unwritable
        /// An argument out of its range.
        case usage
    }

    public let code: Code
    /// One line, lower case, that says what to do next.
    public let message: String
    /// Whether the same call may succeed later.
    public let isRetryable: Bool

    public init(_ code: Code, _ message: String, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
    }

    public var description: String { message }
}
