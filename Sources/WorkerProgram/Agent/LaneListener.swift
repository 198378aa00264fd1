import Glibc
import Platform
import Synchronization

/// Where other agent processes of the same user hand over their connections: a Unix socket whose abstract name
/// (unix(7)) holds the token, so that no file is left behind and no path is too long.
final class LaneListener: Sendable {
    private let listener: Int32
    private let isClosed = Mutex(false)

    /// - Throws: ``LaneFailure``.
    init(token: String) throws(LaneFailure) {
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw LaneFailure.last("socket") }
        let bound = LaneAddress.with(token) { bind(listener, $0, $1) }
        guard bound == 0, listen(listener, 16) == 0 else {
            let failure = LaneFailure.last("bind")
            Glibc.close(listener)
            throw failure
        }
    }

    deinit { Glibc.close(listener) }

    /// Lets ``next()`` return `nil`.
    func close() {
        isClosed.withLock { $0 = true }
        // Wakes a thread that waits in accept, which closing does not.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// The next connection that is handed over; `nil` when the listener is closed.
    func next() async -> LaneConnection? {
        let connection = try? await SystemThread.run { [self] () -> LaneConnection? in
            while !isClosed.withLock({ $0 }) {
                let connection = accept(listener, nil, nil)
                if connection < 0 {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    return nil
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                if let joined = LaneConnection(connection) { return joined }
            }
            return nil
        }
        return connection ?? nil
    }
}

/// A connection that was handed over.
struct LaneConnection: Sendable {
    let connection: Int32
    let reading: Int32
    let writing: Int32

    /// Takes descriptors from a process of our own user.
    init?(_ connection: Int32) {
        var descriptors: (Int32, Int32)?
        if LaneAddress.isOwn(connection) { descriptors = DescriptorMessage.receive(connection) }
        guard let (reading, writing) = descriptors else {
            close(connection)
            return nil
        }
        self.connection = connection
        self.reading = reading
        self.writing = writing
    }

    /// Lets the process that handed the connection over end.
    func dismiss() { close(connection) }

    /// Hands standard input and output to the agent that waits for `token`, and returns when it is done with them.
    static func join(token: String) throws(LaneFailure) {
        let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0 else { throw LaneFailure.last("socket") }
        defer { close(connection) }
        guard LaneAddress.with(token, { connect(connection, $0, $1) }) == 0 else { throw LaneFailure.last("connect") }
        guard LaneAddress.isOwn(connection) else { throw LaneFailure(call: "connect", reason: "another user listens there") }
        guard DescriptorMessage.send(connection, 0, 1) else { throw LaneFailure.last("sendmsg") }
        // Ours must not keep the connection open when the other is done.
        close(0)
        close(1)
        var byte: UInt8 = 0
        while true {
            let count = read(connection, &byte, 1)
            if count == 0 || (count < 0 && errno != EINTR) { return }
        }
    }
}

struct LaneFailure: Error, CustomStringConvertible {
    let call: String
    let reason: String

    static func last(_ call: String) -> LaneFailure { LaneFailure(call: call, reason: ErrorText.of()) }

    var description: String { "cannot join the sync: \(call): \(reason); it may be over" }
}

enum LaneAddress {
    static func with(_ token: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array("slt-remote-\(token)".utf8.prefix(100))
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            for (index, byte) in name.enumerated() { path[index + 1] = byte }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.count)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Whether the process at the other end is our own user's (unix(7), SO_PEERCRED): anybody may see and use the name.
    static func isOwn(_ connection: Int32) -> Bool {
        // struct ucred: pid, uid, gid.
        var credentials: (Int32, UInt32, UInt32) = (0, .max, .max)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return false }
        return credentials.1 == geteuid()
    }
}

/// Two descriptors in one message (unix(7), SCM_RIGHTS). The control message's layout is cmsg(3)'s on 64-bit Linux.
enum DescriptorMessage {
    private struct Control {
        var length = 24
        var level = SOL_SOCKET
        var type: Int32 = 1
        var first: Int32 = -1
        var second: Int32 = -1
    }

    static func send(_ connection: Int32, _ first: Int32, _ second: Int32) -> Bool {
        var control = Control(first: first, second: second)
        return with(&control) { message in
            while true {
                let count = sendmsg(connection, &message, Int32(MSG_NOSIGNAL))
                if count >= 0 || errno != EINTR { return count == 1 }
            }
        }
    }

    static func receive(_ connection: Int32) -> (Int32, Int32)? {
        var control = Control()
        let isGood = with(&control) { message in
            // MSG_CMSG_CLOEXEC
            while true {
                let count = recvmsg(connection, &message, 0x4000_0000)
                if count < 0, errno == EINTR { continue }
                return count == 1 && message.msg_controllen == MemoryLayout<Control>.size && message.msg_flags & 8 == 0
            }
        }
        guard isGood, control.length == 24, control.level == SOL_SOCKET, control.type == 1 else { return nil }
        return (control.first, control.second)
    }

    private static func with(_ control: inout Control, _ body: (inout msghdr) -> Bool) -> Bool {
        var byte: UInt8 = 0
        return withUnsafeMutablePointer(to: &byte) { byte in
            withUnsafeMutablePointer(to: &control) { control in
                var part = iovec(iov_base: UnsafeMutableRawPointer(byte), iov_len: 1)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = UnsafeMutableRawPointer(control)
                    message.msg_controllen = MemoryLayout<Control>.size
                    return body(&message)
                }
            }
        }
    }
}
