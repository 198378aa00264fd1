import CLibSSH2
import Glibc

/// The part of a connection before the executor's turns: steps that block the session's thread, which has nothing
/// else to do yet, until they are done, aborted or late.
struct Handshake {
    /// How long an abort may go unnoticed, in milliseconds.
    private static let tick: Int32 = 20

    let engine: SessionEngine
    let abort: AbortFlag
    /// Nanoseconds of the monotonic clock.
    let deadline: UInt64

    /// Agrees on keys. The fastest of what libssh2 1.10 has goes first.
    func run(hostKeyTypes: [String]) throws {
        try prefer(LIBSSH2_METHOD_KEX, "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
            + "ecdh-sha2-nistp521,diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,diffie-hellman-group-exchange-sha256")
        try prefer(LIBSSH2_METHOD_HOSTKEY, hostKeyTypes.joined(separator: ","))
        for method in [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC] { try prefer(method, "aes128-ctr,aes192-ctr,aes256-ctr") }
        for method in [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC] { try prefer(method, "hmac-sha2-256,hmac-sha2-512") }
        let code = try wait("the handshake") { libssh2_session_handshake(engine.session, engine.buffers.descriptor) }
        guard code == 0 else { throw failure(code) }
    }

    private func prefer(_ method: Int32, _ names: String) throws {
        guard libssh2_session_method_pref(engine.session, method, names) == 0 else {
            throw SSHError(.handshakeFailed, "cannot prepare the handshake: \(engine.lastError)")
        }
    }

    private func failure(_ code: Int32) -> SSHError {
        if let errno = engine.buffers.failure { return engine.lost(errno) }
        guard code == LIBSSH2_ERROR_KEX_FAILURE || code == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE || code == LIBSSH2_ERROR_METHOD_NONE else {
            return SSHError(.handshakeFailed, "cannot agree with \(engine.target): \(engine.lastError)",
                            remedy: "check that an SSH server listens on this port")
        }
        return SSHError(.handshakeFailed, "cannot agree with \(engine.target) on algorithms: \(engine.lastError)", remedy: """
            the host must allow aes128-ctr or aes256-ctr, hmac-sha2-256 or hmac-sha2-512, curve25519 or ecdh key exchange, \
            and have an ED25519 or ECDSA host key
            """)
    }

    /// Repeats `call` until it returns something other than EAGAIN.
    func wait(_ what: String, _ call: () throws -> Int32) throws -> Int32 {
        let buffers = engine.buffers
        var events: Int16 = 0
        while true {
            if abort.isSet { throw CancellationError() }
            buffers.beginTurn(events)
            let code = try call()
            buffers.flush()
            guard code == LIBSSH2_ERROR_EAGAIN else { return code }
            if let errno = buffers.failure { throw engine.lost(errno) }
            guard Monotonic.now < deadline else {
                throw SSHError(.timedOut, "cannot connect to \(engine.target): \(what) took too long",
                               remedy: "check that an SSH server listens there, or raise the connect time-out", isRetryable: true)
            }
            var descriptor = pollfd(fd: buffers.descriptor, events: buffers.events, revents: 0)
            events = poll(&descriptor, 1, buffers.hasMoreInput ? 0 : Self.tick) > 0 ? descriptor.revents : 0
        }
    }
}

extension SessionEngine {
    func hostKey() throws(SSHError) -> SSHPublicKey {
        var length = 0
        var type: Int32 = 0
        guard let bytes = libssh2_session_hostkey(session, &length, &type), length > 0,
              let key = SSHPublicKey(blob: bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
                  Array(UnsafeBufferPointer(start: $0, count: length))
              }) else {
            throw SSHError(.handshakeFailed, "cannot trust \(target): it has shown no host key")
        }
        return key
    }
}
