import Glibc
import Logging
import Platform
import Synchronization

/// An address of a host, as the system has it.
struct SocketAddress: Sendable {
    let family: Int32
    /// A `sockaddr`.
    let bytes: [UInt8]
    /// Numeric, for messages.
    let text: String
}

/// Finds a host's addresses.
enum AddressLookup {
    private final class Answer: Sendable {
        let result = Mutex<Result<[SocketAddress], SSHError>?>(nil)
        let isThere: EventFlag
        init() throws(SSHError) { isThere = try EventFlag() }
    }

    /// Looks the name up on a thread of its own, since getaddrinfo cannot be cancelled; blocks as the rest of a handshake does.
    /// - Throws: ``SSHError`` of code `unresolvable`, `timedOut` or `localFile`; `CancellationError`.
    static func addresses(of target: SSHTarget, abort: EventFlag, logger: Logger) throws -> [SocketAddress] {
        let answer = try Answer()
        let host = target.host, port = target.port, family = target.addressFamily.system
        do throws(SystemThread.Failure) {
            try SystemThread.start {
                let result = lookUp(host, port, family)
                answer.result.withLock { $0 = result }
                answer.isThere.set()
            }
        } catch {
            throw SSHError(error)
        }
        var wait = BlockingWait(abort: abort, deadline: Clock.after(target.connectTimeout),
                                notice: WaitNotice(logger, after: target.noticeAfter, "the address of \(host)"))
        guard try wait.ready(answer.isThere.descriptor, Int32(POLLIN)), let result = answer.result.withLock({ $0 }) else {
            throw SSHError(.timedOut, "cannot resolve \(host): the name service has not answered for \(Human.seconds(target.connectTimeout)) s",
                           isRetryable: true)
        }
        return try result.get()
    }

    private static func lookUp(_ host: String, _ port: UInt16, _ family: Int32) -> Result<[SocketAddress], SSHError> {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        var code = getaddrinfo(host, "\(port)", &hints, &list)
        if code != 0 {
            // Loopback alone does not count as configured.
            hints.ai_flags = 0
            code = getaddrinfo(host, "\(port)", &hints, &list)
        }
        guard code == 0, let list else {
            let cause = code == EAI_SYSTEM ? ErrorText.of(errno) : String(cString: gai_strerror(code))
            return .failure(SSHError(.unresolvable, "cannot resolve \(host): \(cause)",
                                     remedy: "check the host's name, and HostName and AddressFamily in the ssh configuration", isRetryable: code == EAI_AGAIN))
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let entry = next {
            if let address = entry.pointee.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen))
                found.append(SocketAddress(family: entry.pointee.ai_family, bytes: Array(bytes), text: numeric(entry.pointee)))
            }
            next = entry.pointee.ai_next
        }
        return .success(found)
    }

    private static func numeric(_ entry: addrinfo) -> String {
        var text = [CChar](repeating: 0, count: 256)
        guard getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, 256, nil, 0, NI_NUMERICHOST) == 0 else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
