import CLibSSH2
import Crypto
import CryptoExtras
import FoundationEssentials
import Glibc
import Logging
import Synchronization

/// Tries what the user has, in OpenSSH's order: the agent's keys, key files, then what has to be typed.
struct Authentication {
    let engine: SessionEngine
    let target: SSHTarget
    let credentials: SSHCredentials
    /// The key that let another session in, tried first.
    let knownKey: String?
    /// Whether to ask what the host accepts before anything is tried, as after ``KeyRefused``.
    let asksFirst: Bool
    let abort: AbortFlag
    let logger: Logger

    /// What was tried and why it failed, for the error.
    private final class Record {
        var attempts: [String] = []
        /// Keys that cannot be tried, and why.
        var unusable: [String] = []
        /// What the host accepts; `nil` until it was asked.
        var methods: [String]?
    }

    /// A key that can be tried without asking the user for anything.
    private struct Candidate {
        let name: String
        let key: SSHPublicKey?
        let attempt: () throws -> Bool
    }

    private struct Keys {
        var candidates: [Candidate] = []
        var encrypted: [PrivateKeyFile] = []
    }

    /// The host lets the user in without any proof.
    private struct Welcome: Error {}

    /// A key that was tried without asking first is not enough. Where a host counts failures, the question would now be one more: only a new
    /// connection has all tries.
    struct KeyRefused: Error {}

    /// - Returns: the name of the key that let us in, if it was one.
    /// - Throws: ``KeyRefused`` too, unless ``asksFirst`` is set.
    func run() async throws -> String? {
        do {
            return try await tryAll(Record())
        } catch is Welcome {
            logger.debug("logged in", metadata: ["user": "\(target.user)", "with": "nothing"])
            return nil
        }
    }

    private func tryAll(_ record: Record) async throws -> String? {
        var keys: Keys?
        if !asksFirst {
            keys = try usableKeys(record)
            if let name = try trySureKey(keys?.candidates ?? [], record) { return name }
        }
        if try allows("publickey", record) {
            let keys = try keys ?? usableKeys(record)
            record.attempts = record.unusable
            for candidate in keys.candidates where try allows("publickey", record) {
                if try candidate.attempt() { return candidate.name }
            }
            if try await tryEncrypted(keys.encrypted, record) { return nil }
        }
        if try await tryPassword(record) { return nil }
        if try await tryQuestions(record) { return nil }
        throw failure(record)
    }

    /// To ask what the host accepts takes a round trip and, with OpenSSH, some milliseconds more. Where there is but one key, or one that was
    /// accepted before, that is tried first.
    private func trySureKey(_ candidates: [Candidate], _ record: Record) throws -> String? {
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

    private func usableKeys(_ record: Record) throws -> Keys {
        let files = keyFiles(record)
        return Keys(candidates: try agentKeys(files, record) + fileKeys(files, record), encrypted: files.filter { $0.isEncrypted && $0.family != .rsa })
    }

    private func allows(_ method: String, _ record: Record) throws -> Bool {
        let methods = try record.methods ?? allowedMethods()
        record.methods = methods
        return methods.contains(method)
    }

    private func failure(_ record: Record) -> SSHError {
        let tried = record.attempts.isEmpty ? "nothing could be tried" : record.attempts.joined(separator: "; ")
        let accepted = record.methods.map { "; the host accepts \($0.joined(separator: ", "))" } ?? ""
        return SSHError(.authenticationFailed, "cannot log in as \(target.user) on \(target.alias): \(tried)\(accepted)", remedy: """
            add a public key of yours to ~/.ssh/authorized_keys there, load its private key with ssh-add, \
            or name it as identity file; check that the user name is right
            """)
    }

    // MARK: Calls of libssh2

    private func wait(_ call: () throws -> Int32) throws -> Int32 {
        try Handshake(engine: engine, abort: abort, deadline: Monotonic.after(.seconds(125))).wait("the login", call)
    }

    /// - Throws: ``Welcome`` too.
    private func allowedMethods() throws -> [String] {
        var list: String?
        let code = try wait {
            let text = libssh2_userauth_list(engine.session, target.user, UInt32(target.user.utf8.count))
            list = text.map { String(cString: $0) }
            return text == nil ? libssh2_session_last_errno(engine.session) : 0
        }
        if let list { return list.split(separator: ",").map(String.init) }
        if libssh2_userauth_authenticated(engine.session) == 1 { throw Welcome() }
        throw engine.broken(code)
    }

    /// - Returns: whether the attempt let us in; its failure is recorded.
    private func attempt(_ what: String, _ record: Record, _ call: () throws -> Int32) throws -> Bool {
        let code = try wait(call)
        if code == 0 {
            logger.debug("logged in", metadata: ["user": "\(target.user)", "with": "\(what)"])
            return true
        }
        // The host has said that it takes the key, and then refused the signature: of several proofs that it wants, this was the first.
        let isPart = code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED && engine.lastError.hasPrefix("Invalid signature")
        if isPart { record.methods = nil }
        let why = switch code {
        case _ where isPart: "not enough"
        case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED: "not accepted"
        case LIBSSH2_ERROR_FILE: "cannot be used (\(engine.lastError))"
        default: engine.lastError
        }
        // A password may be tried some times.
        if record.attempts.last != "\(what): \(why)" { record.attempts.append("\(what): \(why)") }
        logger.debug("login failed", metadata: ["with": "\(what)", "why": "\(why)"])
        if isLost(code) { throw ended(record) }
        return false
    }

    private func isLost(_ code: Int32) -> Bool {
        let codes = [LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_NONE]
        // An end of the connection while an answer is due has the code of a refusal, and only its text tells.
        return engine.buffers.failure != nil || codes.contains(code) || engine.lastError.hasPrefix("Waiting for")
    }

    private func ended(_ record: Record) -> SSHError {
        record.attempts.append("then the host ended the connection (its MaxAuthTries limit?)")
        return failure(record)
    }

    private typealias Signer = (_ data: [UInt8]) throws -> [UInt8]

    /// Public key authentication with a signature made outside of libssh2.
    private func sign(_ what: String, blob: [UInt8], _ record: Record, _ signer: @escaping Signer) throws -> Bool {
        let box = SignerBox(signer)
        let done: Bool
        do {
            done = try attempt(what, record) {
                var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(box).toOpaque()
                return libssh2_userauth_publickey(engine.session, target.user, blob, blob.count, { _, signature, length, data, count, context in
                    guard let raw = context?.pointee, let data, let signature, let length else { return -1 }
                    let box = Unmanaged<SignerBox>.fromOpaque(raw).takeUnretainedValue()
                    do {
                        let bytes = try box.signer(Array(UnsafeBufferPointer(start: data, count: count)))
                        guard let copy = malloc(max(1, bytes.count)) else { return -1 }
                        bytes.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count) }
                        signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
                        length.pointee = bytes.count
                        return 0
                    } catch {
                        box.failure = error
                        return -1
                    }
                }, &context)
            }
        }
        if let failure = box.failure {
            if failure is CancellationError { throw failure }
            record.attempts.append("\(what): \(failure)")
        }
        return done
    }

    private final class SignerBox {
        let signer: Signer
        var failure: (any Error)?
        init(_ signer: @escaping Signer) { self.signer = signer }
    }

    // MARK: Keys

    private func keyFiles(_ record: Record) -> [PrivateKeyFile] {
        var files: [PrivateKeyFile] = []
        for path in target.identityFiles where access(path, F_OK) == 0 || errno != ENOENT {
            do throws(SSHError) {
                files.append(try PrivateKeyFile(path: path))
            } catch {
                record.unusable.append("key \(path): \(error.message)")
            }
        }
        return files
    }

    private func agentKeys(_ files: [PrivateKeyFile], _ record: Record) throws -> [Candidate] {
        guard let path = target.identityAgent else { return [] }
        let agent: AgentClient
        var identities: [AgentClient.Identity]
        do {
            agent = try AgentClient(socketPath: path, abort: abort)
            identities = try agent.identities()
        } catch let error as SSHError {
            record.unusable.append("agent: \(error.message)")
            return []
        }
        let named = files.compactMap(\.publicKey) + publicKeysWithoutPrivate()
        if target.identitiesOnly { identities.removeAll { !named.contains($0.key) } }
        // A host gives up after a few keys, so those that the configuration names go first.
        identities = identities.filter { named.contains($0.key) } + identities.filter { !named.contains($0.key) }
        if identities.isEmpty { record.unusable.append("agent: it has no key\(target.identitiesOnly ? " that the configuration names" : "")") }
        return identities.compactMap { candidate($0, agent, record) }
    }

    /// Identity files of which only the public half is here: the private one may be in the agent.
    private func publicKeysWithoutPrivate() -> [SSHPublicKey] {
        target.identityFiles.compactMap { path in
            [path + ".pub", path].lazy.compactMap { FileManager.default.contents(atPath: $0) }
                .compactMap { SSHPublicKey(line: String(decoding: $0.prefix(64 << 10), as: UTF8.self)) }.first
        }
    }

    private func candidate(_ identity: AgentClient.Identity, _ agent: AgentClient, _ record: Record) -> Candidate? {
        let key = identity.key
        let name = "agent key \(key.fingerprint) (\(identity.comment))"
        guard !key.type.hasPrefix("sk-") else {
            record.unusable.append("\(name): security keys are not supported")
            return nil
        }
        let isRSA = key.type == "ssh-rsa"
        return Candidate(name: name, key: key) {
            try sign(name, blob: isRSA ? key.renamed("rsa-sha2-256") : key.blob, record) { data in
                try agent.sign(data, with: key, flags: isRSA ? 2 : 0)
            }
        }
    }

    /// The files that need no passphrase, and RSA keys, which are read here.
    private func fileKeys(_ files: [PrivateKeyFile], _ record: Record) -> [Candidate] {
        files.filter { !$0.isEncrypted || $0.family == .rsa }.compactMap { file in
            guard file.family == .rsa else {
                return Candidate(name: name(file), key: file.publicKey) { try tryFile(file, passphrase: nil, record) }
            }
            guard let rsa = file.rsaKey() else {
                let why = file.isEncrypted ? "an encrypted RSA key cannot be used directly, add it to the agent with: ssh-add \(shellQuoted(file.path))" : "its contents are damaged"
                record.unusable.append("\(name(file)): \(why)")
                return nil
            }
            return Candidate(name: name(file), key: rsa.publicKey) {
                try sign(name(file), blob: rsa.publicKey.renamed("rsa-sha2-256"), record) { data in
                    Array(try rsa.key.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).rawRepresentation)
                }
            }
        }
    }

    private func name(_ file: PrivateKeyFile) -> String { "key \(file.path)" }

    private func tryFile(_ file: PrivateKeyFile, passphrase: String?, _ record: Record) throws -> Bool {
        try attempt(name(file), record) {
            libssh2_userauth_publickey_fromfile_ex(engine.session, target.user, UInt32(target.user.utf8.count), nil, file.path, passphrase)
        }
    }

    private func tryEncrypted(_ files: [PrivateKeyFile], _ record: Record) async throws -> Bool {
        for file in files where try allows("publickey", record) {
            guard let ask = credentials.passphrase, let passphrase = await ask(file.path) else {
                record.attempts.append("key \(file.path): it is encrypted and no passphrase was given, add it to the agent with: ssh-add \(shellQuoted(file.path))")
                continue
            }
            if try tryFile(file, passphrase: passphrase, record) { return true }
        }
        return false
    }

    // MARK: Typed secrets

    private func tryPassword(_ record: Record) async throws -> Bool {
        guard try allows("password", record), let ask = credentials.password else { return false }
        for _ in 0..<Self.passwordTries {
            guard let password = await ask("\(target.user)@\(target.host)") else {
                record.attempts.append("password: none was given")
                return false
            }
            let isRight = try attempt("password", record) {
                libssh2_userauth_password_ex(engine.session, target.user, UInt32(target.user.utf8.count),
                                             password, UInt32(password.utf8.count), nil)
            }
            if isRight { return true }
        }
        return false
    }

    /// As ssh's NumberOfPasswordPrompts has it.
    private static let passwordTries = 3

    private func tryQuestions(_ record: Record) async throws -> Bool {
        guard try allows("keyboard-interactive", record), let ask = credentials.answers else { return false }
        let box = QuestionBox(ask, abort)
        guard let slot = libssh2_session_abstract(engine.session) else { return false }
        // The callback is given nothing but the session's context, which belongs to the buffers' callbacks.
        QuestionBox.current.withLock { $0[UInt(bitPattern: slot)] = box }
        defer { QuestionBox.current.withLock { $0[UInt(bitPattern: slot)] = nil } }
        return try attempt("keyboard-interactive", record) {
            libssh2_userauth_keyboard_interactive_ex(engine.session, target.user, UInt32(target.user.utf8.count), QuestionBox.respond)
        }
    }
}
