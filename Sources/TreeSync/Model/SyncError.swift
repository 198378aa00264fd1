import Glibc

/// Why a sync ended early. Nothing is ever half written then.
public struct SyncError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, Codable {
        /// The source is not there or is no folder.
        case source
        /// The destination cannot be made, opened or written.
        case destination
        /// No room left on the destination's disk, or in the user's quota.
        case noSpace
        /// More than half of at least 20 files, or everything, would be deleted.
        case massDeletion
        /// A rule file cannot be used.
        case rules
        /// A limit of the receiver's policy is passed.
        case limit
        /// The peer does not speak this protocol, or another version of it.
        case incompatible
        /// The peer sent what it must not.
        case violation
        /// The conversation ended before the sync did.
        case disconnected
        /// This machine lacks threads, memory or descriptors.
        case resources
    }

    public var code: Code
    /// Lower case, says what to do next.
    public var message: String
    /// Whether the same sync may succeed when it is simply tried again.
    public var canRetry: Bool

    public init(_ code: Code, _ message: String, canRetry: Bool = false) {
        self.code = code
        self.message = message
        self.canRetry = canRetry
    }

    public var description: String { message }

    static func violation(_ what: String) -> SyncError {
        SyncError(.violation, "cannot go on with the sync: the other side sent \(what); check that both run the same version")
    }

    static let disconnected = SyncError(.disconnected, "cannot finish the sync: the connection ended; run it again, what arrived is kept",
                                        canRetry: true)
}

/// A failed system call's reason.
struct Errno: Error, Hashable {
    let code: Int32

    init(_ code: Int32) { self.code = code }
    static var last: Errno { Errno(errno) }

    /// "no space left on device".
    var text: String {
        guard let message = strerror(code) else { return "error \(code)" }
        let text = String(cString: message)
        guard let first = text.first, first.isUppercase, text.dropFirst().first?.isLowercase == true else { return text }
        return first.lowercased() + text.dropFirst()
    }

    /// Whether going on with other files makes no sense.
    var endsSync: SyncError.Code? {
        switch code {
        case ENOSPC, EDQUOT: .noSpace
        case EROFS, EIO, ESTALE: .destination
        case EMFILE, ENFILE, ENOMEM: .resources
        default: nil
        }
    }
}
