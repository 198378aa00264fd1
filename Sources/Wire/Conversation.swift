import Platform
import Synchronization

/// Two programs over one byte stream, with any number of exchanges at once.
///
/// The side that asks calls ``ask(over:as:patience:_:)``, the side that answers ``answer(over:as:patience:_:)``; both return when
/// the conversation is over, and nothing of it is left running then.
public final class Conversation: Sendable {
    private struct State {
        var exchanges: [UInt32: Exchange] = [:]
        var nextID: UInt32 = 1
        var fault: WireFault?
    }

    /// What the other side said of itself.
    public let peer: Hello
    let writer: FrameWriter
    let hearing = Hearing()
    private let state = Mutex(State())
    private let ending = AsyncSignal()

    private init(peer: Hello, writer: FrameWriter) {
        self.peer = peer
        self.writer = writer
    }

    /// Opens an exchange with `request`, JSON.
    /// - Parameter purpose: what is waited for when no message comes, for people; `nil` where a long silence is nothing to mention.
    public func open(_ request: some Encodable, for purpose: String? = nil) throws -> Exchange {
        let payload = try WireCodec.encode(request)
        let exchange = try state.withLock { state in
            if let fault = state.fault { throw fault }
            let exchange = Exchange(id: state.nextID, request: payload, writer: writer, hearing: hearing, purpose: purpose)
            state.exchanges[state.nextID] = exchange
            state.nextID += 1
            return exchange
        }
        writer.enqueue(Frame(.open, exchange: exchange.id, payload: payload))
        return exchange
    }

    /// Speaks as the side that asks, for as long as `body` runs.
    /// - Parameter waiting: is told what nothing comes of.
    /// - Throws: what `body` throws; where that is only the end of the connection, the reason for it. ``NoGreeting`` where the
    ///   other side is none that greets.
    public static func ask<Result: Sendable>(
        over stream: any ByteStream, as hello: Hello, patience: Patience = .client, waiting: WaitingHandler? = nil,
        _ body: @escaping @Sendable (Conversation) async throws -> Result
    ) async throws -> Result {
        let writer = FrameWriter(stream)
        let greeted = try await greeting(over: stream, patience, waiting) { try await greet(stream, as: hello) }
        let conversation = Conversation(peer: greeted.peer, writer: writer)
        let handed = greeted.reader
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { await conversation.keep(writer: writer, reader: handed, patience: patience, waiting: waiting, handler: nil); return nil }
            group.addTask {
                let result = try await body(conversation)
                return result
            }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let result = finished {
                    conversation.close()
                    _ = try await group.next()
                    return result
                }
            }
            throw WireFault(.disconnected, "the conversation ended before its work did")
        }
    }

    /// Speaks as the side that answers: `handler` runs for each exchange, as a task of its own, until the other
    /// side ends the conversation.
    public static func answer(
        over stream: any ByteStream, as hello: Hello, patience: Patience = .agent,
        _ handler: @escaping @Sendable (Exchange) async throws -> Void
    ) async throws {
        let writer = FrameWriter(stream)
        let greeted = try await greeting(over: stream, patience, nil) { try await greet(stream, as: hello) }
        let conversation = Conversation(peer: greeted.peer, writer: writer)
        await conversation.keep(writer: writer, reader: greeted.reader, patience: patience, waiting: nil, handler: handler)
        let fault = conversation.state.withLock { $0.fault }
        if let fault, fault.code != .disconnected { throw fault }
    }

    /// Lets what is queued go out, then ends.
    private func close() { writer.close() }

    // MARK: greeting

    /// The most that a host's start-up files may print before the agent speaks.
    private static let bannerLimit = 64 << 10

    private static func greet(_ stream: any ByteStream, as hello: Hello) async throws -> (peer: Hello, reader: Handed) {
        var reader = FrameReader(stream)
        var greeting = Hello.mark
        Frame(.hello, payload: try WireCodec.encode(hello)).append(to: &greeting)
        do {
            try await stream.write(greeting)
        } catch is WireFault {
            // The other side left at once; what it printed says why.
        }
        do {
            _ = try await reader.skip(through: Hello.mark, limit: bannerLimit)
        } catch let noMark as FrameReader.NoMark {
            throw NoGreeting(printed: noMark.bytes, isOver: noMark.ended)
        }
        guard let frame = try await reader.next(), frame.kind == .hello else {
            throw WireFault(.malformed, "the other side did not greet")
        }
        let peer = try WireCodec.decode(Hello.self, from: frame.payload)
        guard peer.version == hello.version else {
            throw WireFault(.version, "this side speaks protocol \(hello.version) and \(peer.hostName) speaks \(peer.version): install the same release on both")
        }
        return (peer, Handed(reader))
    }

    // MARK: reading

    /// Carries the reader into the task that uses it.
    private final class Handed: Sendable {
        private let reader: Mutex<FrameReader?>
        init(_ reader: consuming FrameReader) { self.reader = Mutex(reader) }
        func take() -> FrameReader? {
            reader.withLock { slot -> FrameReader? in
                var taken: FrameReader?
                swap(&taken, &slot)
                return taken
            }
        }
    }

    /// Runs the reader, the writer, the watchdog and, for the side that answers, a task an exchange.
    private func keep(
        writer: FrameWriter, reader handed: Handed, patience: Patience, waiting: WaitingHandler?,
        handler: (@Sendable (Exchange) async throws -> Void)?
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await writer.drain() } catch { self.end(with: .from(error)) }
            }
            group.addTask {
                await withDiscardingTaskGroup { exchanges in
                    let fault = await self.read(handed, handler: handler, in: &exchanges)
                    self.end(with: fault)
                    writer.close()
                    exchanges.cancelAll()
                }
            }
            group.addTask { await self.watch(patience, answers: handler != nil, waiting: waiting) }
            await group.next()
            // The writer ends when the conversation is closed, the reader when the other side is gone: either way it is over.
            self.end(with: WireFault(.disconnected, "the conversation is over"))
            writer.close()
            group.cancelAll()
        }
    }

    private func read(
        _ handed: Handed, handler: (@Sendable (Exchange) async throws -> Void)?, in group: inout DiscardingTaskGroup
    ) async -> WireFault {
        guard var reader = handed.take() else { return WireFault(.malformed, "a conversation is read once") }
        do {
            while let frame = try await reader.next() {
                hearing.heard()
                if let opened = try handle(frame, mayOpen: handler != nil), let handler {
                    group.addTask { await self.serve(opened, handler) }
                }
            }
            return WireFault(.disconnected, "the other side closed the connection")
        } catch {
            return .from(error)
        }
    }

    private func serve(_ exchange: Exchange, _ handler: @Sendable (Exchange) async throws -> Void) async {
        do {
            try await handler(exchange)
            try await exchange.finishSending()
        } catch {
            exchange.fail(.from(error))
        }
    }

    /// - Returns: the exchange, if the frame opens one.
    private func handle(_ frame: Frame, mayOpen: Bool) throws -> Exchange? {
        switch frame.kind {
        case .open:
            guard mayOpen else { throw WireFault(.malformed, "the agent may not open exchanges") }
            return try accept(frame)
        case .message: try exchange(frame)?.deliver(frame.payload)
        case .finish: exchange(frame)?.deliverFinish()
        case .fail:
            exchange(frame)?.end(with: try WireCodec.decode(WireFault.self, from: frame.payload))
        case .credit:
            guard frame.payload.count == 4 else { throw WireFault(.malformed, "the other side sent a broken credit") }
            exchange(frame)?.deliverCredit(Int(frame.payload.littleEndian(at: 0, as: UInt32.self)))
        case .ping: writer.enqueue(Frame(.pong))
        case .pong: break
        case .pulse: exchange(frame)?.deliverPulse()
        case .hello: throw WireFault(.malformed, "the other side greeted twice")
        }
        forgetIfOver(frame.exchange)
        return nil
    }

    /// The most exchanges one conversation has open at a time.
    private static let exchangeLimit = 1000

    private func accept(_ frame: Frame) throws -> Exchange {
        try state.withLock { state in
            state.exchanges = state.exchanges.filter { !$0.value.isOver }
            guard state.exchanges[frame.exchange] == nil, state.exchanges.count < Self.exchangeLimit else {
                throw WireFault(.malformed, "the other side opened exchange \(frame.exchange) twice, or too many at once")
            }
            let exchange = Exchange(id: frame.exchange, request: frame.payload, writer: writer, hearing: hearing)
            state.exchanges[frame.exchange] = exchange
            return exchange
        }
    }

    private func exchange(_ frame: Frame) -> Exchange? { state.withLock { $0.exchanges[frame.exchange] } }

    private func forgetIfOver(_ id: UInt32) {
        state.withLock { state in
            if state.exchanges[id]?.isOver == true { state.exchanges[id] = nil }
        }
    }

    /// The exchanges that are not over.
    var open: [Exchange] { state.withLock { Array($0.exchanges.values) } }

    /// Ends every exchange, with the first reason given.
    func end(with fault: WireFault) {
        let (exchanges, reason) = state.withLock { state in
            if state.fault == nil { state.fault = fault }
            defer { state.exchanges = [:] }
            return (Array(state.exchanges.values), state.fault ?? fault)
        }
        for exchange in exchanges { exchange.end(with: reason) }
        ending.notify()
    }

    /// Waits until the conversation is over: for work that does not always have an exchange open, and wants to know.
    /// - Returns: why; `nil` where the task was cancelled before.
    public func end() async -> WireFault? {
        while !Task.isCancelled {
            let seen = ending.count
            if let fault = state.withLock({ $0.fault }) { return fault }
            await ending.wait(after: seen)
        }
        return nil
    }
}

extension WireFault {
    /// `error` as something that can cross a conversation.
    public static func from(_ error: any Error) -> WireFault {
        switch error {
        case let fault as WireFault: fault
        case is CancellationError: WireFault(.cancelled, "cancelled")
        default: WireFault(.host, "\(error)")
        }
    }
}
