import Glibc
import Platform
import TestSupport

/// A listening socket on loopback that accepts and never says a word, or says its piece and then no more.
final class SilentListener {
    private let socket: LoopbackPort
    var port: UInt16 { socket.number }

    /// - Parameter endlessly: whether the words are said again and again.
    init(says words: String = "", endlessly: Bool = false) throws {
        socket = try LoopbackPort()
        guard listen(socket.descriptor, 8) == 0 else { throw POSIXFailure(call: "listen", errno: errno) }
        if !words.isEmpty { try serve(words, endlessly) }
    }

    /// One connection at a time, until the listener is shut. The thread keeps the socket: its number must not be another one's until then.
    private func serve(_ words: String, _ endlessly: Bool) throws {
        let socket = socket
        try SystemThread.start {
            while true {
                let client = accept(socket.descriptor, nil, nil)
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
        var waiting = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    deinit { shutdown(socket.descriptor, Int32(SHUT_RDWR)) }
}
