import Glibc
import Synchronization
import TestSupport

/// A TCP proxy on loopback that delays and limits what goes through it, as a network does: each direction has its own
/// rate, which all connections share, half the round trip, and a queue before which senders wait.
final class SlowLink: Sendable {
    let port: UInt16
    private let listener: Int32
    private let up: Direction
    private let down: Direction

    /// - Parameters:
    ///   - port: of the server on loopback behind it.
    ///   - roundTrip: in seconds.
    ///   - bytesPerSecond: of each direction.
    init(to port: UInt16, roundTrip: Double, bytesPerSecond: Double) throws {
        up = Direction(delay: roundTrip / 2, bytesPerSecond: bytesPerSecond)
        down = Direction(delay: roundTrip / 2, bytesPerSecond: bytesPerSecond)
        self.port = try PrivateSSHServer.freePort()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard Self.with(self.port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw POSIXFailure(call: "bind", errno: errno)
        }
        let (door, there, back) = (listener, up, down)
        Self.start {
            while true {
                let client = accept(door, nil, nil)
                guard client >= 0 else { return }
                let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
                guard Self.with(port, { connect(server, $0, $1) }) == 0 else {
                    close(client)
                    close(server)
                    continue
                }
                for end in [client, server] {
                    var on: Int32 = 1
                    setsockopt(end, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
                }
                there.carry(from: client, to: server)
                back.carry(from: server, to: client)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Bytes that have gone both ways so far.
    var bytes: UInt64 { up.bytes + down.bytes }

    fileprivate static func start(_ body: @escaping @Sendable () -> Void) {
        final class Box { let body: @Sendable () -> Void; init(_ body: @escaping @Sendable () -> Void) { self.body = body } }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        pthread_create(&thread, nil, { argument in
            guard let argument else { return nil }
            Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
        pthread_detach(thread)
    }

    private static func with(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}

/// One way through the link.
private final class Direction: Sendable {
    private let delay: Double
    private let bytesPerSecond: Double
    /// When the link has sent all that was given to it, and how much that was.
    private let state = Mutex((free: 0.0, bytes: UInt64(0)))

    /// What waits before the link: a tenth of a second's worth, as in a router.
    private static let queue = 0.1
    private static let packet = 16 << 10

    init(delay: Double, bytesPerSecond: Double) {
        self.delay = delay
        self.bytesPerSecond = bytesPerSecond
    }

    var bytes: UInt64 { state.withLock { $0.bytes } }

    /// Reads on one thread and writes on another, each packet when it is due.
    func carry(from source: Int32, to target: Int32) {
        let line = Line()
        SlowLink.start { [self] in
            var packet = [UInt8](repeating: 0, count: Self.packet)
            while true {
                let count = recv(source, &packet, packet.count, 0)
                guard count > 0 else { break }
                let (leaves, now) = (depart(count), Shell.now())
                line.put(Array(packet[..<count]), due: leaves + delay)
                if leaves - now > Self.queue { usleep(UInt32((leaves - now - Self.queue) * 1e6)) }
            }
            line.end()
        }
        SlowLink.start {
            while let (bytes, due) = line.next() {
                let wait = due - Shell.now()
                if wait > 0 { usleep(UInt32(wait * 1e6)) }
                var start = 0
                while start < bytes.count {
                    let sent = bytes.withUnsafeBytes { send(target, $0.baseAddress! + start, bytes.count - start, Int32(MSG_NOSIGNAL)) }
                    guard sent > 0 else { break }
                    start += sent
                }
            }
            // Both ends learn of it; the descriptors go with the program, which is over soon.
            shutdown(target, Int32(SHUT_WR))
        }
    }

    /// - Returns: when the last of so many bytes has left.
    private func depart(_ count: Int) -> Double {
        state.withLock { state in
            state.free = max(state.free, Shell.now()) + Double(count) / bytesPerSecond
            state.bytes += UInt64(count)
            return state.free
        }
    }
}

/// Packets on their way.
private final class Line: @unchecked Sendable {
    private var packets: [(bytes: [UInt8], due: Double)] = []
    private var isEnded = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        mutex.deallocate()
        condition.deallocate()
    }

    func put(_ bytes: [UInt8], due: Double) { change { packets.append((bytes, due)) } }
    func end() { change { isEnded = true } }

    func next() -> (bytes: [UInt8], due: Double)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while packets.isEmpty, !isEnded { pthread_cond_wait(condition, mutex) }
        return packets.isEmpty ? nil : packets.removeFirst()
    }

    private func change(_ body: () -> Void) {
        pthread_mutex_lock(mutex)
        body()
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }
}
