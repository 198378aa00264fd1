import Glibc

/// What a socket is connected to.
struct PeerAddress: Equatable {
    /// Numeric.
    let text: String
    let isLoopback: Bool

    init(text: String, isLoopback: Bool) {
        self.text = text
        self.isLoopback = isLoopback
    }

    /// `nil` for what is no internet socket.
    init?(descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var name = [CChar](repeating: 0, count: 256)
        let found = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getpeername(descriptor, address, &length) == 0 && [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family))
                    && getnameinfo(address, length, &name, 256, nil, 0, NI_NUMERICHOST) == 0
            }
        }
        guard found else { return nil }
        text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        isLoopback = text.hasPrefix("127.") || text == "::1"
    }
}
