/// Why there is no verdict. A test that fails is none of these: it is in the ``FileVerdict``.
public struct SQLLogicTestError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// What kind of error it is.
    public enum Code: String, Sendable, Codable {
        /// The script could not be read.
        case unreadable
        /// The engine could not be loaded, configured or opened.
        case engine
        /// A suite could not be written.
        case unwritable
        /// An argument is out of its range.
        case usage
    }

    /// What kind of error it is.
    public let code: Code
    /// One line, lower case, that says what to do next.
    public let message: String
    /// Whether the same call may succeed later.
    public let isRetryable: Bool

    /// - Parameters:
    ///   - code: what kind of error it is.
    ///   - message: one line, lower case, that says what to do next.
    ///   - isRetryable: whether the same call may succeed later.
    public init(_ code: Code, _ message: String, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
    }

    /// The message.
    public var description: String { message }
}
