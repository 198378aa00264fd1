import Glibc
import Platform
import TestSupport

/// A listening socket on loopback that accepts and never says a word, or says its piece and then no more.
final class SilentListener {
    let port: UInt16
    private let descriptor: Int32
    /// Whether a thread accepts, which then closes the socket: its number must not be another socket's while the thread still has it.
    private let isServed: Bool

    /// - Parameter endlessly: whether the words are said again and again.
    init(says words: String = "", endlessly: Bool = false) throws {
        port = try PrivateSSHServer.freePort()
        isServed = !words.isEmpty
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
        if isServed { try serve(words, endlessly) }
    }

    /// One connection at a time, until the listener is shut.
    private func serve(_ words: String, _ endlessly: Bool) throws {
        let listener = descriptor
        try SystemThread.start {
            defer { close(listener) }
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let bytes = Array(words.utf8)
                repeat {
                    guard bytes.withUnsafeBytes({ send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) > 0 else { break }
                } while endlessly
                var byte: UInt8 = 0
                while recv(client, &byte, 1, 0) > 0 {}
                close(client)
            }
        }
    }

    /// Whether a connection has been made that nobody has accepted.
    var hasCaller: Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        if !isServed { close(descriptor) }
    }
}
