import Glibc
import Logging
import Platform

/// Connects to the first of a host's addresses that answers; blocks as the rest of a handshake does.
struct Dialer {
    private let target: SSHTarget
    private let addresses: [SocketAddress]
    /// By ``Clock/monotonic``.
    private let deadline: UInt64
    private var wait: BlockingWait

    private init(_ target: SSHTarget, _ addresses: [SocketAddress], _ wait: BlockingWait) {
        self.target = target
        self.addresses = addresses
        deadline = wait.deadline
        self.wait = wait
    }

    /// - Parameter deadline: by ``Clock/monotonic``.
    /// - Returns: a connected socket that does not block and does not delay small packets.
    /// - Throws: ``SSHError`` of code `unreachable` or `timedOut` that names each address; `CancellationError`.
    static func dial(_ target: SSHTarget, _ addresses: [SocketAddress], deadline: UInt64, abort: EventFlag, logger: Logger) throws -> Int32 {
        let what = "a connection to \(target.alias) (\(addresses.map(\.text).joined(separator: ", ")) port \(target.port))"
        let notice = WaitNotice(logger, after: target.noticeAfter, what)
        var dialer = Dialer(target, addresses, BlockingWait(abort: abort, deadline: deadline, notice: notice))
        var attempt = 1
        while true {
            do {
                return try dialer.dialAll()
            } catch let error as SSHError where error.isRetryable && attempt < target.connectionAttempts && Clock.monotonic < deadline {
                attempt += 1
                try dialer.pause()
            }
        }
    }

    /// As ssh: a second between two attempts.
    private mutating func pause() throws {
        wait.deadline = Clock.after(.seconds(1))
        _ = try wait.ready([])
    }

    private mutating func dialAll() throws -> Int32 {
        var failures: [String] = []
        var isTimeout = false
        for (index, address) in addresses.enumerated() {
            // A silent address leaves time for those after it.
            let begun = Clock.monotonic
            let share = (deadline > begun ? deadline - begun : 0) / UInt64(addresses.count - index)
            wait.deadline = begun + share
            switch try connect(address) {
            case .success(let descriptor): return descriptor
            case .failure(let failure):
                isTimeout = failure.number == ETIMEDOUT
                let late = isTimeout ? " after \(Human.seconds(.nanoseconds(Int64(clamping: Clock.monotonic - begun)))) s" : ""
                failures.append("\(address.text) port \(target.port): \(ErrorText.of(failure.number).lowercased())\(late)")
            }
        }
        throw SSHError(isTimeout ? .timedOut : .unreachable, "cannot connect to \(target.alias): \(failures.joined(separator: ", "))",
                       remedy: "check that the host is up and its SSH server listens on port \(target.port)", isRetryable: true)
    }

    /// As in `errno`.
    private struct DialFailure: Error { let number: Int32 }

    private mutating func connect(_ address: SocketAddress) throws -> Result<Int32, DialFailure> {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return .failure(DialFailure(number: errno)) }
        var isConnected = false
        defer { if !isConnected { close(descriptor) } }
        try SourceAddress(target, address.family).bind(descriptor)
        let code = try establish(descriptor, address)
        guard code == 0 else { return .failure(DialFailure(number: code)) }
        isConnected = true
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return .success(descriptor)
    }

    /// - Returns: 0, or why not, as in `errno`.
    private mutating func establish(_ descriptor: Int32, _ address: SocketAddress) throws -> Int32 {
        let begun = address.bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) } ?? -1
        }
        if begun == 0 { return 0 }
        guard errno == EINPROGRESS || errno == EINTR else { return errno }
        guard try wait.ready(descriptor, Int32(POLLOUT)) else { return ETIMEDOUT }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }
}
