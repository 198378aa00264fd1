import Crypto
import CryptoExtras
import FoundationEssentials
import Glibc
import Platform

/// The keys that a login may try: the agent's first, then those of files.
struct LoginKeys {
    /// A key that can be tried without asking the user for anything.
    struct Candidate {
        let name: String
        let key: SSHPublicKey?
        /// Tries it, and says whether it let us in.
        let attempt: () throws -> Bool
    }

    private(set) var candidates: [Candidate] = []
    /// Files that need a passphrase; RSA keys are not among them.
    private(set) var encrypted: [PrivateKeyFile] = []
    /// Keys that cannot be tried, and why.
    private(set) var unusable: [String] = []
    private let target: SSHTarget
    private let attempts: LoginAttempts

    /// - Throws: `CancellationError`; what is wrong with a key or the agent is ``unusable``.
    init(_ target: SSHTarget, _ attempts: LoginAttempts, abort: EventFlag) throws {
        self.target = target
        self.attempts = attempts
        let files = keyFiles().filter { file in
            // RSA keys are looked at when they have been read.
            guard file.family != .rsa, let key = file.publicKey else { return true }
            return algorithm(for: key, file.name) != nil
        }
        candidates = try agentKeys(files, abort) + fileKeys(files)
        encrypted = files.filter { $0.isEncrypted && $0.family != .rsa }
    }

    private mutating func keyFiles() -> [PrivateKeyFile] {
        var files: [PrivateKeyFile] = []
        for path in target.identityFiles where access(path, F_OK) == 0 || errno != ENOENT {
            do throws(SSHError) {
                files.append(try PrivateKeyFile(path: path))
            } catch {
                unusable.append("key \(path): \(error.message)")
            }
        }
        return files
    }

    /// - Returns: how to sign with `key`; `nil`, noted, if the configuration does not let it be used.
    private mutating func algorithm(for key: SSHPublicKey, _ name: String) -> String? {
        guard let algorithm = target.algorithms.signature(of: key.type) else {
            unusable.append("\(name): PubkeyAcceptedAlgorithms does not allow its type")
            return nil
        }
        if let bits = key.rsaBits, bits < target.requiredRSASize {
            unusable.append("\(name): it has \(bits) bits, and RequiredRSASize asks for \(target.requiredRSASize)")
            return nil
        }
        return algorithm
    }

    // MARK: The agent

    private mutating func agentKeys(_ files: [PrivateKeyFile], _ abort: EventFlag) throws -> [Candidate] {
        guard let path = target.identityAgent else { return [] }
        let agent: SSHAgentClient
        var identities: [SSHAgentClient.Identity]
        do {
            agent = try SSHAgentClient(socketPath: path, abort: abort)
            identities = try agent.identities()
        } catch let error as SSHError {
            unusable.append("agent: \(error.message)")
            return []
        }
        let named = files.compactMap(\.publicKey) + publicKeysWithoutPrivate()
        if target.identitiesOnly { identities.removeAll { !named.contains($0.key) } }
        // A host gives up after a few keys, so those that the configuration names go first.
        identities = identities.filter { named.contains($0.key) } + identities.filter { !named.contains($0.key) }
        if identities.isEmpty { unusable.append("agent: it has no key\(target.identitiesOnly ? " that the configuration names" : "")") }
        var found: [Candidate] = []
        for identity in identities { if let candidate = candidate(identity, agent) { found.append(candidate) } }
        return found
    }

    /// Identity files of which only the public half is here: the private one may be in the agent.
    private func publicKeysWithoutPrivate() -> [SSHPublicKey] {
        target.identityFiles.compactMap { path in
            [path + ".pub", path].lazy.compactMap { FileManager.default.contents(atPath: $0) }
                .compactMap { SSHPublicKey(line: String(decoding: $0.prefix(64 << 10), as: UTF8.self)) }.first
        }
    }

    private mutating func candidate(_ identity: SSHAgentClient.Identity, _ agent: SSHAgentClient) -> Candidate? {
        let key = identity.key
        let name = "agent key \(key.fingerprint) (\(identity.comment))"
        guard !key.type.hasPrefix("sk-") else {
            unusable.append("\(name): security keys are not supported")
            return nil
        }
        guard let algorithm = algorithm(for: key, name) else { return nil }
        let isRSA = key.type == "ssh-rsa"
        return Candidate(name: name, key: key) { [attempts] in
            try attempts.attempt(name, blob: isRSA ? key.renamed(algorithm) : key.blob) { data in
                try agent.sign(data, with: key, flags: !isRSA ? 0 : algorithm == "rsa-sha2-256" ? 2 : 4)
            }
        }
    }

    // MARK: Files

    /// The files that need no passphrase, and RSA keys, which are read here.
    private mutating func fileKeys(_ files: [PrivateKeyFile]) -> [Candidate] {
        var found: [Candidate] = []
        for file in files where !file.isEncrypted || file.family == .rsa {
            if file.family == .rsa {
                if let candidate = rsaCandidate(file) { found.append(candidate) }
            } else {
                found.append(Candidate(name: file.name, key: file.publicKey) { [attempts] in try attempts.attempt(file, passphrase: nil) })
            }
        }
        return found
    }

    private mutating func rsaCandidate(_ file: PrivateKeyFile) -> Candidate? {
        guard let rsa = file.rsaKey() else {
            unusable.append("\(file.name): \(file.isEncrypted ? "an encrypted RSA key cannot be used directly, \(file.advice)" : "its contents are damaged")")
            return nil
        }
        guard let algorithm = algorithm(for: rsa.publicKey, file.name) else { return nil }
        return Candidate(name: file.name, key: rsa.publicKey) { [attempts] in
            try attempts.attempt(file.name, blob: rsa.publicKey.renamed(algorithm)) { data in
                let signature = algorithm == "rsa-sha2-256" ? try rsa.key.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5)
                    : try rsa.key.signature(for: SHA512.hash(data: data), padding: .insecurePKCS1v1_5)
                return Array(signature.rawRepresentation)
            }
        }
    }
}

extension PrivateKeyFile {
    /// For messages.
    var name: String { "key \(path)" }

    /// What to do with one that is encrypted.
    var advice: String { "add it to the agent with: ssh-add \(ShellWord.quoted(path))" }
}
