import Synchronization

extension Conversation {
    /// How long silence may last, and how often to break it.
    public struct Patience: Sendable {
        /// Between two pings; `nil` never pings.
        public var ping: Duration?
        /// Without a byte from the other side, before it counts as gone.
        public var silence: Duration
        /// Before the other side has greeted.
        public var greeting: Duration
        /// The side that asks: without a frame of an exchange that is open, though the other side lives. An agent at work sends a pulse.
        public var stall: Duration
        /// The side that asks: without a message, before somebody is told what is waited for.
        public var notice: Duration

        public init(ping: Duration?, silence: Duration, greeting: Duration = .seconds(30), stall: Duration = .seconds(60), notice: Duration = .seconds(10)) {
            self.ping = ping
            self.silence = silence
            self.greeting = greeting
            self.stall = stall
            self.notice = notice
        }

        /// The client pings and gives a host 45 s; an agent waits longer, so that the client notices first.
        public static let client = Patience(ping: .seconds(5), silence: .seconds(45))
        public static let agent = Patience(ping: nil, silence: .seconds(120), greeting: .seconds(120))

        /// Between two looks.
        var step: Duration { min(.seconds(1), ping ?? .seconds(1), min(silence, greeting, stall, notice) / 4) }
    }

    /// Between two pulses of an agent that is at work.
    static let pulse = Duration.seconds(5)

    // MARK: the greeting

    /// Runs `greet`, whose stream is closed when nothing comes.
    static func greeting<Result>(
        over stream: any ByteStream, _ patience: Patience, _ waiting: WaitingHandler?, _ greet: () async throws -> Result
    ) async throws -> Result {
        let isLate = Flag()
        async let _: Void = {
            let step = patience.step
            var waited = Duration.zero, isTold = false
            while waited < patience.greeting {
                guard (try? await Task.sleep(for: step)) != nil else { return }
                waited += step
                if waited >= patience.notice, !isTold {
                    isTold = true
                    waiting?("the agent's greeting (the host's login shell, or the agent, is silent)", Int(waited.components.seconds))
                }
            }
            isLate.set()
            await stream.close()
        }()
        do {
            return try await greet()
        } catch {
            guard isLate.isSet else { throw error }
            throw WireFault(.disconnected, "the agent did not greet within \(patience.greeting.components.seconds) s; the host's login shell, "
                + "a forced command or the agent itself hangs: try 'ssh HOST true', and raise ConnectTimeout for a slow host", isRetryable: true)
        }
    }

    // MARK: silence

    /// Pings, and ends the conversation or an exchange that nothing comes of.
    /// - Parameter answers: whether this side answers, and says that it is at work.
    func watch(_ patience: Patience, answers: Bool, waiting: WaitingHandler?) async {
        let step = patience.step
        var sincePing = Duration.zero, sincePulse = Duration.zero
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: step)) != nil else { return }
            sincePing += step
            sincePulse += step
            if let ping = patience.ping, sincePing >= ping {
                writer.enqueue(Frame(.ping))
                sincePing = .zero
            }
            hearing.pass(step)
            let silence = hearing.silence
            if silence > patience.silence {
                return end(with: WireFault(.disconnected, "no answer from \(peer.hostName) for \(silence.components.seconds) s", isRetryable: true))
            }
            if !answers { attend(step, patience, waiting) }
            if answers, sincePulse >= Self.pulse {
                sincePulse = .zero
                for exchange in open where exchange.isAtWork { writer.enqueue(Frame(.pulse, exchange: exchange.id)) }
            }
        }
    }

    private func attend(_ step: Duration, _ patience: Patience, _ waiting: WaitingHandler?) {
        for exchange in open where !exchange.isAnswered {
            let wait = exchange.pass(step, notice: patience.notice)
            let what = exchange.purpose ?? "an answer"
            if wait.silence > patience.stall {
                exchange.fail(WireFault(.disconnected, "\(peer.hostName) answers, but nothing has come of \(what) for \(wait.silence.components.seconds) s: "
                    + "the agent there hangs; try again, and look at the host's load and disks", isRetryable: true))
            } else if wait.isNews, exchange.purpose != nil {
                waiting?(what, Int(wait.wordless.components.seconds))
            }
        }
    }
}

/// Set once.
final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}
