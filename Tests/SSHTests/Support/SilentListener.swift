import Glibc
import TestSupport

/// A listening socket on loopback that accepts and never says a word.
final class SilentListener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        port = try PrivateSSHServer.freePort()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 ? listen(descriptor, 8) : -1
            }
        }
        guard code == 0 else { throw POSIXFailure(call: "listen", errno: errno) }
    }

    deinit { close(descriptor) }
}
