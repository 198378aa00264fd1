import Glibc
import Platform

/// Where a connection has to come from: `BindAddress`, `BindInterface`.
struct SourceAddress {
    private let target: SSHTarget
    private let family: Int32

    init(_ target: SSHTarget, _ family: Int32) {
        self.target = target
        self.family = family
    }

    /// - Throws: ``SSHError`` of code `invalidTarget` where there is no such address.
    func bind(_ descriptor: Int32) throws(SSHError) {
        guard let (keyword, value, address) = try wanted() else { return }
        let code = address.withUnsafeBytes { bytes in
            bytes.baseAddress.map { Glibc.bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) } ?? -1
        }
        guard code == 0 else { throw failure(keyword, value, ErrorText.of(errno)) }
    }

    private func failure(_ keyword: String, _ value: String, _ why: String) -> SSHError {
        SSHError(.invalidTarget, "cannot connect to \(target.alias) from \(keyword) \(value): \(why.lowercased())",
                 remedy: "mend \(keyword) in the ssh configuration")
    }

    private func wanted() throws(SSHError) -> (keyword: String, value: String, address: [UInt8])? {
        if let name = target.bindAddress {
            guard let address = resolved(name) else { throw failure("BindAddress", name, "it is no address of the host's family") }
            return ("BindAddress", name, address)
        }
        if let name = target.bindInterface {
            guard let address = ofInterface(name) else { throw failure("BindInterface", name, "it has no address of the host's family") }
            return ("BindInterface", name, address)
        }
        return nil
    }

    private func resolved(_ name: String) -> [UInt8]? {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0, let list else { return nil }
        defer { freeaddrinfo(list) }
        return list.pointee.ai_addr.map { Array(UnsafeRawBufferPointer(start: $0, count: Int(list.pointee.ai_addrlen))) }
    }

    private func ofInterface(_ name: String) -> [UInt8]? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next {
            defer { next = entry.pointee.ifa_next }
            guard let address = entry.pointee.ifa_addr, Int32(address.pointee.sa_family) == family,
                  entry.pointee.ifa_name.map({ String(cString: $0) }) == name else { continue }
            let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            return Array(UnsafeRawBufferPointer(start: address, count: size))
        }
        return nil
    }
}
