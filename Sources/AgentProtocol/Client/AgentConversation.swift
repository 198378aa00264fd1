import Fleet
public import Platform
public import Wire

/// The client's end of a conversation with an agent: the only place where what a host says is read.
public struct AgentConversation: Sendable {
    private let conversation: Conversation

    init(_ conversation: Conversation) { self.conversation = conversation }

    /// Greets the agent at the other end of `stream`, and speaks with it for as long as `body` runs.
    /// - Parameter waiting: is told what nothing comes of.
    /// - Throws: what `body` throws; ``AgentSilence`` where no agent answers; `WireFault`.
    public static func begin<Result: Sendable>(over stream: any ByteStream, as hello: Hello, patience: Conversation.Patience = .client,
                                               waiting: WaitingHandler? = nil,
                                               _ body: @escaping @Sendable (AgentConversation) async throws -> Result) async throws -> Result {
        do {
            return try await Conversation.ask(over: stream, as: hello, patience: patience, waiting: waiting) { try await body(AgentConversation($0)) }
        } catch let silence as NoGreeting {
            throw AgentSilence(printed: UntrustedText(silence.printed), isOver: silence.isOver)
        }
    }

    /// The host's own name for itself.
    public var hostName: String { Bounds.name(conversation.peer.hostName) }

    /// Waits until the conversation is over.
    /// - Throws: why it is.
    public func end() async throws {
        if let fault = await conversation.end() { throw fault.bounded() }
    }

    /// What is answered once.
    /// - Throws: `WireFault`, `malformed` where nothing is answered.
    public func ask<Answer: HostAnswer>(_ request: AgentRequest, for type: Answer.Type = Answer.self) async throws -> Answer {
        guard let answer: Answer = try await askIfKnown(request) else { throw WireFault(.malformed, "the agent did not answer") }
        return answer
    }

    /// What is answered once or not at all.
    public func askIfKnown<Answer: HostAnswer>(_ request: AgentRequest, for type: Answer.Type = Answer.self) async throws -> Answer? {
        try await open(request, within: .one, of: "what was asked") { exchange in
            var answer: Answer?
            while let next: Answer = try await exchange.next() { answer = next }
            return answer
        }
    }

    /// What is answered by nothing but a refusal.
    public func tell(_ request: AgentRequest) async throws { _ = try await askIfKnown(request, for: Bool.self) }

    /// Asks, and says no more.
    /// - Parameters:
    ///   - limit: how much the answer may be.
    ///   - what: what the answer is about, for errors.
    ///   - remedy: how to ask for less.
    ///   - waiting: whether somebody is told what is waited for when nothing comes.
    public func open<Result>(_ request: AgentRequest, within limit: AnswerLimit, of what: String, remedy: Remedy? = nil, waiting: Bool = true,
                             _ body: (AgentExchange) async throws -> Result) async throws -> Result {
        try await exchange(request, AnswerMeter(limit, of: what, remedy: remedy), for: waiting ? request.purpose : nil, finishes: true, body)
    }

    /// Asks for a sync, whose messages go both ways, or for a build, which ends with this side's.
    public func openBothWays<Result>(_ request: AgentRequest, within limit: AnswerLimit = .stream, of what: String, waiting: Bool = true,
                                     _ body: (AgentExchange) async throws -> Result) async throws -> Result {
        try await exchange(request, AnswerMeter(limit, of: what), for: waiting ? request.purpose : nil, finishes: false, body)
    }

    /// A lane of a sync: content only, from this side.
    public func lane() throws -> any MessageChannel { try conversation.open(AgentRequest.lane) }

    /// Tells the agent when this side no longer wants the exchange. Words of the host in an error are made safe.
    private func exchange<Result>(_ request: AgentRequest, _ meter: AnswerMeter, for purpose: String?, finishes: Bool, _ body: (AgentExchange) async throws -> Result) async throws -> Result {
        let exchange = try conversation.open(request, for: purpose)
        do {
            if finishes { try await exchange.finishSending() }
            return try await body(AgentExchange(exchange, request, meter))
        } catch let fault as WireFault {
            exchange.fail(fault)
            throw fault.bounded()
        } catch {
            exchange.fail(.from(error))
            throw error
        }
    }
}

extension WireFault {
    /// Words that may be the host's, made safe.
    fileprivate func bounded() -> WireFault {
        WireFault(code, Bounds.message(message), remedy: remedy.flatMap(Self.trusted), isRetryable: isRetryable)
    }

    /// What a host may advise: it has no say in its own key, and what it calls a run must be the name of one, since a user may paste a
    /// command that holds it.
    private static func trusted(_ remedy: Remedy) -> Remedy? {
        switch remedy {
        case .advice(let text): .advice(Bounds.message(text))
        case .acceptHostKey: nil
        case .follow(let run), .awaitRun(let run?), .fetchAgain(let run): RunSpec.isValid(id: run) ? remedy : nil
        default: remedy
        }
    }
}
