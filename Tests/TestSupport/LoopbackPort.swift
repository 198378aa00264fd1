import Glibc

/// A port of loopback that a socket has: until it goes, nobody else gets that port. Nothing listens there unless the owner lets the socket do so.
public final class LoopbackPort: Sendable {
    /// The socket.
    public let descriptor: Int32
    public let number: UInt16

    /// - Parameter number: the port that is wanted; any that is free when 0.
    /// - Throws: ``POSIXFailure`` where another socket has it.
    public init(_ number: UInt16 = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXFailure(call: "socket", errno: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isBound else {
            let reason = errno
            close(descriptor)
            throw POSIXFailure(call: "bind", errno: reason)
        }
        self.descriptor = descriptor
        self.number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
