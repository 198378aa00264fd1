import CLibSSH2
import Glibc
import Synchronization

/// Carries a keyboard-interactive server's prompts (RFC 4256) out of libssh2's callback, which cannot wait for a task except
/// by blocking the session's thread. Nothing else runs on that thread during a login.
final class KeyboardInteractiveResponder: Sendable {
    typealias Ask = @Sendable (_ instruction: String, _ questions: [SSHQuestion]) async -> [String]?

    /// By the address of the session's context.
    private static let registered = Mutex<[UInt: KeyboardInteractiveResponder]>([:])

    private let ask: Ask
    private let abort: EventFlag

    init(_ ask: @escaping Ask, _ abort: EventFlag) {
        self.ask = ask
        self.abort = abort
    }

    /// Calls `body`, in which ``respond`` finds this responder.
    /// - Parameter context: of the session: libssh2 gives its callback nothing else.
    func whileRegistered<Result>(for context: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ body: () throws -> Result) rethrows -> Result {
        let address = UInt(bitPattern: context)
        Self.registered.withLock { $0[address] = self }
        defer { Self.registered.withLock { $0[address] = nil } }
        return try body()
    }

    private final class Reply: Sendable {
        let answers = Mutex<[String]?>(nil)
        let isThere: EventFlag
        init() throws(SSHError) { isThere = try EventFlag() }
    }

    /// Blocks until the user has answered, or until the login is aborted.
    private func answers(_ instruction: String, _ questions: [SSHQuestion]) -> [String] {
        guard !questions.isEmpty, let reply = try? Reply() else { return [] }
        let task = Task.detached { [ask] in
            let given = await ask(instruction, questions)
            reply.answers.withLock { $0 = given }
            reply.isThere.set()
        }
        var wait = BlockingWait(abort: abort, deadline: .max)
        do {
            while try !wait.ready(reply.isThere.descriptor, Int32(POLLIN)) {}
        } catch {
            task.cancel()
            return []
        }
        return reply.answers.withLock { $0 } ?? []
    }

    static let respond: @convention(c) (
        UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32, Int32,
        UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?, UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
        UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Void = { _, _, instruction, instructionLength, count, prompts, responses, context in
        guard let prompts, let responses, let context, count > 0,
              let responder = registered.withLock({ $0[UInt(bitPattern: context)] }) else { return }
        let questions = (0 ..< Int(count)).map { index in
            SSHQuestion(text: text(prompts[index].text, Int(prompts[index].length)), isEchoed: prompts[index].echo != 0)
        }
        let answers = responder.answers(text(instruction, Int(instructionLength)), questions)
        for (index, answer) in answers.prefix(Int(count)).enumerated() {
            // libssh2 frees it.
            responses[index].text = strdup(answer)
            responses[index].length = UInt32(answer.utf8.count)
        }
    }

    private static func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
        guard let bytes, count > 0 else { return "" }
        return bytes.withMemoryRebound(to: UInt8.self, capacity: count) { String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self) }
    }
}
