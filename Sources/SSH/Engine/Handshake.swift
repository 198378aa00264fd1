import CLibSSH2

/// Agrees with a host on algorithms and keys.
struct Handshake {
    let engine: SessionEngine
    /// How libssh2 is called.
    let calls: BlockingCall

    /// Agrees on keys, within what the user allows.
    func run(_ algorithms: SSHAlgorithms, hostKeyTypes: [String]) throws {
        try prefer(LIBSSH2_METHOD_KEX, algorithms.keyExchange)
        try prefer(LIBSSH2_METHOD_HOSTKEY, hostKeyTypes)
        for method in [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC] { try prefer(method, algorithms.ciphers) }
        for method in [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC] { try prefer(method, algorithms.macs) }
        let code = try calls.run({ engine.hasBanner ? "the key exchange" : "its SSH banner" }) {
            libssh2_session_handshake(engine.session, engine.buffers.descriptor)
        }
        guard code == 0 else { throw failure(code, algorithms) }
    }

    private func prefer(_ method: Int32, _ names: [String]) throws {
        guard libssh2_session_method_pref(engine.session, method, names.joined(separator: ",")) == 0 else {
            throw SSHError(.handshakeFailed, "cannot prepare the handshake: \(engine.lastError)")
        }
    }

    private func failure(_ code: Int32, _ algorithms: SSHAlgorithms) -> SSHError {
        if let errno = engine.buffers.failure { return engine.lost(errno) }
        guard code == LIBSSH2_ERROR_KEX_FAILURE || code == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE || code == LIBSSH2_ERROR_METHOD_NONE else {
            return SSHError(.handshakeFailed, "cannot agree with \(engine.target): \(engine.lastError)",
                            remedy: "check that an SSH server listens on this port")
        }
        func some(_ names: [String]) -> String { names.count > 1 ? "one of " + names.joined(separator: ", ") : names.joined() }
        let sha1 = algorithms.hostKeys.contains("ssh-rsa") ? "" : " (a host with nothing but an RSA key needs HostKeyAlgorithms +ssh-rsa here, which is SHA-1)"
        return SSHError(.handshakeFailed, "cannot agree with \(engine.target) on algorithms: \(engine.lastError)", remedy: """
            the host must have \(some(algorithms.ciphers)) as cipher, \(some(algorithms.macs)) as MAC, \(some(algorithms.keyExchange)) as key exchange, \
            and a host key of type \(some(algorithms.hostKeys))\(sha1)
            """)
    }
}
