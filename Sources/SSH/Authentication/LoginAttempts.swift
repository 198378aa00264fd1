import CLibSSH2
import Glibc
import Logging
import Platform

/// The attempts of one login: makes them with libssh2, and knows what was tried and why it failed.
///
/// Used on the session's thread only.
final class LoginAttempts {
    private let engine: SessionEngine
    private let target: SSHTarget
    private let abort: EventFlag
    private let logger: Logger
    /// What was tried and why it failed, for the error.
    private var tried: [String] = []
    /// What the host accepts; `nil` until it was asked.
    private var methods: [String]?

    init(engine: SessionEngine, target: SSHTarget, abort: EventFlag, logger: Logger) {
        self.engine = engine
        self.target = target
        self.abort = abort
        self.logger = logger
    }

    /// The host lets the user in without any proof: the method `none` of RFC 4252.
    struct NothingWanted: Error {}

    /// Adds to what the error will say.
    func note(_ failures: [String]) { tried += failures }

    /// Whether the host accepts a method; it is asked once.
    /// - Throws: ``NothingWanted`` too.
    func allows(_ method: String) throws -> Bool {
        let known = try methods ?? allowedMethods()
        methods = known
        return known.contains(method)
    }

    private func allowedMethods() throws -> [String] {
        var list: String?
        let code = try wait("what is accepted") {
            let text = libssh2_userauth_list(engine.session, target.user, UInt32(target.user.utf8.count))
            list = text.map { String(cString: $0) }
            return text == nil ? libssh2_session_last_errno(engine.session) : 0
        }
        if let list { return list.split(separator: ",").map(String.init) }
        guard libssh2_userauth_authenticated(engine.session) == 1 else { throw engine.broken(code) }
        logger.debug("logged in", metadata: ["user": "\(target.user)", "with": "nothing"])
        throw NothingWanted()
    }

    /// Why nothing of all that was tried let us in.
    var failure: SSHError {
        let all = tried.isEmpty ? "nothing could be tried" : tried.joined(separator: "; ")
        let accepted = methods.map { "; the host accepts \($0.joined(separator: ", "))" } ?? ""
        let barred = (methods ?? []).compactMap { method in target.login.bar(method).map { "\(method) by \($0)" } }
        let ruledOut = barred.isEmpty ? "" : "; the ssh configuration rules out \(barred.joined(separator: ", "))"
        // Many configurations have these switched on for all hosts: they count where the host does it.
        let needed = ["GSSAPIAuthentication": "gssapi-with-mic", "HostbasedAuthentication": "hostbased"]
        let unsupported = target.login.unsupported.filter { keyword in needed[keyword].map { methods?.contains($0) == true } ?? true }
        let missing = unsupported.isEmpty ? "" : "; not supported by this program: \(unsupported.joined(separator: ", "))"
        return SSHError(.authenticationFailed, "cannot log in as \(target.user) on \(target.alias): \(all)\(accepted)\(ruledOut)\(missing)", remedy: """
            add a public key of yours to ~/.ssh/authorized_keys there, load its private key with ssh-add, \
            or name it as identity file; check that the user name is right
            """)
    }

    // MARK: Calls of libssh2

    /// A host may wait for its user's confirmation on another device before it judges what was typed.
    private static let typedTimeout = Duration.seconds(120)

    private func wait(_ what: String, isTyped: Bool = false, _ call: () throws -> Int32) throws -> Int32 {
        let limit = isTyped ? max(target.answerTimeout, Self.typedTimeout) : target.answerTimeout
        return try BlockingCall(engine: engine, abort: abort, deadline: Clock.after(limit), limit: limit, noticeAfter: target.noticeAfter, logger: logger)
            .run({ "the answer to the login (\(what))" }, call)
    }

    /// - Parameters:
    ///   - what: a name for messages.
    ///   - isTyped: whether a user may have to do something on another device.
    ///   - call: of libssh2, made again until it does not ask for that any more.
    /// - Returns: whether the attempt let us in; its failure is noted.
    func attempt(_ what: String, isTyped: Bool = false, _ call: (_ session: OpaquePointer) throws -> Int32) throws -> Bool {
        let code = try wait(what, isTyped: isTyped) { try call(engine.session) }
        if code == 0 {
            logger.debug("logged in", metadata: ["user": "\(target.user)", "with": "\(what)"])
            return true
        }
        // The host has said that it takes the key, and then refused the signature: of several proofs that it wants, this was the first.
        let isPart = code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED && engine.lastError.hasPrefix("Invalid signature")
        if isPart { methods = nil }
        let why = switch code {
        case _ where isPart: "not enough"
        case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED: "not accepted"
        case LIBSSH2_ERROR_FILE: "cannot be used (\(engine.lastError))"
        default: engine.lastError
        }
        // A password may be tried some times.
        if tried.last != "\(what): \(why)" { tried.append("\(what): \(why)") }
        logger.debug("login failed", metadata: ["with": "\(what)", "why": "\(why)"])
        let lost = [LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_NONE]
        // An end of the connection while an answer is due has the code of a refusal, and only its text tells.
        if engine.buffers.failure != nil || lost.contains(code) || engine.lastError.hasPrefix("Waiting for") {
            tried.append("then the host ended the connection (its MaxAuthTries limit?)")
            throw failure
        }
        return false
    }

    /// A key that libssh2 reads itself.
    func attempt(_ file: PrivateKeyFile, passphrase: String?) throws -> Bool {
        try attempt(file.name) { session in
            libssh2_userauth_publickey_fromfile_ex(session, target.user, UInt32(target.user.utf8.count), nil, file.path, passphrase)
        }
    }

    // MARK: Signatures made outside of libssh2

    /// Makes the signature of `data`, without its algorithm's name.
    typealias Signer = (_ data: [UInt8]) throws -> [UInt8]

    /// Public key authentication with a signature made outside of libssh2.
    func attempt(_ what: String, blob: [UInt8], _ signer: @escaping Signer) throws -> Bool {
        let call = SignerCall(signer)
        let isIn = try attempt(what) { session in
            var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(call).toOpaque()
            return libssh2_userauth_publickey(session, target.user, blob, blob.count, SignerCall.sign, &context)
        }
        if let failure = call.failure {
            if failure is CancellationError { throw failure }
            tried.append("\(what): \(failure)")
        }
        return isIn
    }

    /// Carries a signer into libssh2's callback, and its error out.
    private final class SignerCall {
        private let signer: Signer
        private(set) var failure: (any Error)?

        init(_ signer: @escaping Signer) { self.signer = signer }

        static let sign: @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int>?,
            UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32 = { _, signature, length, data, count, context in
            guard let raw = context?.pointee, let data, let signature, let length else { return -1 }
            let call = Unmanaged<SignerCall>.fromOpaque(raw).takeUnretainedValue()
            do {
                let bytes = try call.signer(Array(UnsafeBufferPointer(start: data, count: count)))
                // libssh2 frees it.
                guard let copy = malloc(max(1, bytes.count)) else { return -1 }
                bytes.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count) }
                signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
                length.pointee = bytes.count
                return 0
            } catch {
                call.failure = error
                return -1
            }
        }
    }
}
