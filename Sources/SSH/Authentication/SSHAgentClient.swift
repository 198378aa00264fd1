import Glibc
import Platform

/// Speaks to an ssh-agent (draft-ietf-sshm-ssh-agent, OpenSSH's PROTOCOL.agent) over its socket.
final class SSHAgentClient {
    struct Identity {
        let key: SSHPublicKey
        let comment: String
    }

    private static let replyLimit = 256 << 10
    private let descriptor: Int32
    private let abort: EventFlag

    init(socketPath: String, abort: EventFlag) throws(SSHError) {
        self.abort = abort
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SSHError(.localFile, "cannot use the agent: \(ErrorText.of(errno))") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            close(descriptor)
            throw SSHError(.localFile, "cannot use the agent at \(socketPath): its path is too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard code == 0 else {
            let cause = errno
            close(descriptor)
            throw SSHError(.localFile, "cannot use the agent at \(socketPath): \(ErrorText.of(cause))")
        }
    }

    deinit { close(descriptor) }

    func identities() throws -> [Identity] {
        var reader = SSHBytesReader(try ask([11]))
        guard reader.byte() == 12, let count = reader.uint32() else { throw Self.refused }
        var found: [Identity] = []
        for _ in 0 ..< min(count, 1000) {
            guard let blob = reader.string(), let comment = reader.text() else { throw Self.refused }
            if let key = SSHPublicKey(blob: blob) { found.append(Identity(key: key, comment: comment)) }
        }
        return found
    }

    /// - Parameter flags: 2 asks for SHA-256 with RSA, 4 for SHA-512.
    /// - Returns: the signature without its algorithm's name.
    func sign(_ data: [UInt8], with key: SSHPublicKey, flags: UInt32) throws -> [UInt8] {
        var request = SSHBytesWriter()
        request.byte(13)
        request.string(key.blob)
        request.string(data)
        request.uint32(flags)
        var reader = SSHBytesReader(try ask(request.bytes))
        guard reader.byte() == 14, let signature = reader.string() else { throw Self.refused }
        var parts = SSHBytesReader(signature)
        guard parts.string() != nil, let raw = parts.string() else { throw Self.refused }
        return raw
    }

    private static let refused = SSHError(.localFile, "cannot use the agent: it refused or gave a damaged answer")

    private func ask(_ request: [UInt8]) throws -> [UInt8] {
        var framed = SSHBytesWriter()
        framed.string(request)
        var rest = framed.bytes[...]
        while !rest.isEmpty {
            try wait(Int32(POLLOUT))
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 || errno == EINTR else { throw Self.refused }
            rest = rest.dropFirst(max(0, sent))
        }
        var head = SSHBytesReader(try read(4))
        guard let length = head.uint32(), length > 0, length <= Self.replyLimit else { throw Self.refused }
        return try read(Int(length))
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            try wait(Int32(POLLIN))
            var chunk = [UInt8](repeating: 0, count: count - bytes.count)
            let got = recv(descriptor, &chunk, chunk.count, 0)
            guard got > 0 || (got < 0 && errno == EINTR) else { throw Self.refused }
            bytes += chunk.prefix(max(0, got))
        }
        return bytes
    }

    /// An agent may wait for its user's consent, so the only limits are an abort and two minutes.
    private func wait(_ events: Int32) throws {
        var wait = BlockingWait(abort: abort, deadline: Clock.after(.seconds(120)))
        guard try wait.ready(descriptor, events) else { throw SSHError(.timedOut, "cannot use the agent: it does not answer") }
    }
}
