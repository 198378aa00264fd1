import Glibc
import Synchronization

/// Finds a host's addresses and connects to the first one that answers.
enum Dialer {
    struct Address: Sendable {
        let family: Int32
        let bytes: [UInt8]
        /// Numeric, for messages.
        let text: String
    }

    // MARK: Names

    /// Looks the name up on a thread of its own, since getaddrinfo blocks and cannot be cancelled.
    static func resolve(_ target: SSHTarget, abort: AbortFlag) async throws -> [Address] {
        let answer = Answer()
        let host = target.host, port = target.port
        try startThread { answer.value.withLock { $0 = lookUp(host, port) } }
        let deadline = Monotonic.after(target.connectTimeout)
        while true {
            if let result = answer.value.withLock({ $0 }) { return try result.get() }
            if abort.isSet { throw CancellationError() }
            guard Monotonic.now < deadline else {
                throw SSHError(.timedOut, "cannot resolve \(host): the name service does not answer", isRetryable: true)
            }
            try await Task.sleep(for: .microseconds(500))
        }
    }

    private final class Answer: Sendable {
        let value = Mutex<Result<[Address], SSHError>?>(nil)
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) throws(SSHError) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let code = pthread_create(&thread, nil, { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw SSHError(.localFile, "cannot start a thread: \(describe(code))", isRetryable: true)
        }
        pthread_detach(thread)
    }

    private static func lookUp(_ host: String, _ port: UInt16) -> Result<[Address], SSHError> {
        var hints = addrinfo()
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
            return .failure(SSHError(.unresolvable, "cannot resolve \(host): \(String(cString: gai_strerror(code)))",
                                     remedy: "check the host's name, and HostName in the ssh configuration", isRetryable: code == EAI_AGAIN))
        }
        defer { freeaddrinfo(list) }
        var found: [Address] = []
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let entry = next {
            if let address = entry.pointee.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen))
                found.append(Address(family: entry.pointee.ai_family, bytes: Array(bytes), text: numeric(entry.pointee)))
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

    // MARK: Connections

    /// - Returns: a connected socket that does not block and does not delay small packets.
    static func dial(_ target: SSHTarget, _ addresses: [Address], deadline: UInt64, abort: AbortFlag) throws -> Int32 {
        var failures: [String] = []
        var isTimeout = false
        for (index, address) in addresses.enumerated() {
            // A silent address leaves time for those after it.
            let now = Monotonic.now
            let share = (deadline > now ? deadline - now : 0) / UInt64(addresses.count - index)
            let outcome = try connect(address, until: now + share, abort)
            switch outcome {
            case .success(let descriptor): return descriptor
            case .failure(let failure):
                isTimeout = failure.code == ETIMEDOUT
                failures.append("\(address.text) port \(target.port): \(describe(failure.code).lowercased())")
            }
        }
        throw SSHError(isTimeout ? .timedOut : .unreachable, "cannot connect to \(target.alias): \(failures.joined(separator: ", "))",
                       remedy: "check that the host is up and its SSH server listens on port \(target.port)", isRetryable: true)
    }

    private struct Errno: Error { let code: Int32 }

    private static func connect(_ address: Address, until deadline: UInt64, _ abort: AbortFlag) throws -> Result<Int32, Errno> {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return .failure(Errno(code: errno)) }
        let code: Int32
        do {
            code = try finish(descriptor, address, deadline, abort)
        } catch {
            close(descriptor)
            throw error
        }
        guard code == 0 else {
            close(descriptor)
            return .failure(Errno(code: code))
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return .success(descriptor)
    }

    private static func finish(_ descriptor: Int32, _ address: Address, _ deadline: UInt64, _ abort: AbortFlag) throws -> Int32 {
        let begun = address.bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) } ?? -1
        }
        if begun == 0 { return 0 }
        guard errno == EINPROGRESS || errno == EINTR else { return errno }
        while true {
            if abort.isSet { throw CancellationError() }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&waiting, 1, 20) > 0 { break }
            if Monotonic.now >= deadline { return ETIMEDOUT }
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }
}
