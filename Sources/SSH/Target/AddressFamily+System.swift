import Glibc

extension SSHTarget.AddressFamily {
    /// As getaddrinfo(3) wants it.
    var system: Int32 {
        switch self {
        case .any: AF_UNSPEC
        case .inet: AF_INET
        case .inet6: AF_INET6
        }
    }
}
