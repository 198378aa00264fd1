import CLibSSH2
import Glibc

/// What the host has shown of itself.
extension SessionEngine {
    /// Whether the host has said that it speaks SSH; other lines may come before that one.
    var hasBanner: Bool { libssh2_session_banner_get(session).map { strncmp($0, "SSH-", 4) == 0 } ?? false }

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
