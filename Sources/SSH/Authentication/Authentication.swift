import CLibSSH2
import Logging

/// Tries what the user has, in OpenSSH's order: the agent's keys, key files, then what has to be typed.
struct Authentication {
    private let target: SSHTarget
    private let credentials: SSHCredentials
    /// The key that let another session in, tried first.
    private let knownKey: String?
    /// Whether to ask what the host accepts before anything is tried, as after ``KeyRefused``.
    private let asksFirst: Bool
    private let abort: EventFlag
    private let attempts: LoginAttempts

    init(engine: SessionEngine, target: SSHTarget, credentials: SSHCredentials, knownKey: String?, asksFirst: Bool, abort: EventFlag, logger: Logger) {
        self.target = target
        self.credentials = credentials
        self.knownKey = knownKey
        self.asksFirst = asksFirst
        self.abort = abort
        attempts = LoginAttempts(engine: engine, target: target, abort: abort, logger: logger)
    }

    /// A key that was tried without asking first is not enough. Where a host counts failures, the question would now be one more: only a new
    /// connection has all tries.
    struct KeyRefused: Error {}

    /// - Returns: the name of the key that let us in, if it was one.
    /// - Throws: ``KeyRefused`` too, unless ``asksFirst`` is set.
    func run() async throws -> String? {
        do {
            return try await tryAll()
        } catch is LoginAttempts.NothingWanted {
            return nil
        }
    }

    private func tryAll() async throws -> String? {
        let methods = target.login.methods
        let keys = asksFirst || methods.first != "publickey" ? nil : try usableKeys()
        if let keys, let name = try trySureKey(keys.candidates) { return name }
        // Also where nothing may be tried: a host may want no proof.
        if methods.isEmpty { _ = try attempts.allows("") }
        for method in methods where try attempts.allows(method) {
            switch method {
            case "publickey":
                let (isIn, name) = try await tryKeys(keys ?? usableKeys())
                if isIn { return name }
            case "password": if try await tryPassword() { return nil }
            default: if try await tryQuestions() { return nil }
            }
        }
        throw attempts.failure
    }

    // MARK: Keys

    private func usableKeys() throws -> LoginKeys { try LoginKeys(target, attempts, abort: abort) }

    /// To ask what the host accepts takes a round trip and, with OpenSSH, some milliseconds more. Where there is but one key, or one that was
    /// accepted before, that is tried first.
    private func trySureKey(_ candidates: [LoginKeys.Candidate]) throws -> String? {
        guard let first = candidates.first else { return nil }
        let isOnly = candidates.count == 1 || candidates.allSatisfy { $0.key != nil && $0.key == first.key }
        guard let sure = candidates.first(where: { $0.name == knownKey }) ?? (isOnly ? first : nil) else { return nil }
        do {
            if try sure.attempt() { return sure.name }
        } catch let error as SSHError where error.code == .authenticationFailed {
            // The host ended the connection.
        }
        throw KeyRefused()
    }

    private func tryKeys(_ keys: LoginKeys) async throws -> (isIn: Bool, name: String?) {
        attempts.note(keys.unusable)
        for candidate in keys.candidates where try attempts.allows("publickey") {
            if try candidate.attempt() { return (true, candidate.name) }
        }
        return (try await tryEncrypted(keys.encrypted), nil)
    }

    private func tryEncrypted(_ files: [PrivateKeyFile]) async throws -> Bool {
        for file in files where try attempts.allows("publickey") {
            guard !target.login.asksNothing, let ask = credentials.passphrase, let passphrase = await ask(file.path) else {
                attempts.note(["\(file.name): it is encrypted and no passphrase was given, \(file.advice)"])
                continue
            }
            if try attempts.attempt(file, passphrase: passphrase) { return true }
        }
        return false
    }

    // MARK: Typed secrets

    private func tryPassword() async throws -> Bool {
        guard let ask = credentials.password else { return false }
        for _ in 0 ..< target.login.prompts {
            guard let password = await ask("\(target.user)@\(target.host)") else {
                attempts.note(["password: none was given"])
                return false
            }
            let isRight = try attempts.attempt("password", isTyped: true) { session in
                libssh2_userauth_password_ex(session, target.user, UInt32(target.user.utf8.count), password, UInt32(password.utf8.count), nil)
            }
            if isRight { return true }
        }
        return false
    }

    private func tryQuestions() async throws -> Bool {
        guard let ask = credentials.answers else { return false }
        let responder = KeyboardInteractiveResponder(ask, abort)
        return try attempts.attempt("keyboard-interactive", isTyped: true) { session in
            guard let context = libssh2_session_abstract(session) else { return LIBSSH2_ERROR_INVAL }
            return responder.whileRegistered(for: context) {
                libssh2_userauth_keyboard_interactive_ex(session, target.user, UInt32(target.user.utf8.count), KeyboardInteractiveResponder.respond)
            }
        }
    }
}
