import Glibc

/// This machine's name.
package enum HostName {
    /// As gethostname(2) gives it, with its domain if it has one; `localhost` where there is none.
    package static let own: String = {
        var name = [CChar](repeating: 0, count: 1025)
        guard gethostname(&name, 1024) == 0 else { return "localhost" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? "localhost" : text
    }()
}
