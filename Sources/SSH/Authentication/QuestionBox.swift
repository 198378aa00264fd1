import CLibSSH2
import Glibc
import Synchronization

/// Carries a keyboard-interactive server's questions out of libssh2's callback, which cannot wait for a task except
/// by blocking the session's thread. Nothing else runs on that thread during a login.
final class QuestionBox: Sendable {
    typealias Ask = @Sendable (_ instruction: String, _ questions: [SSHQuestion]) async -> [String]?

    /// By the address of the session's context.
    static let current = Mutex<[UInt: QuestionBox]>([:])

    private let ask: Ask
    private let abort: AbortFlag
    private let reply = Mutex<[String]??>(nil)

    init(_ ask: @escaping Ask, _ abort: AbortFlag) {
        self.ask = ask
        self.abort = abort
    }

    private func answers(_ instruction: String, _ questions: [SSHQuestion]) -> [String] {
        guard !questions.isEmpty else { return [] }
        reply.withLock { $0 = nil }
        let task = Task.detached { [self] in
            let given = await ask(instruction, questions)
            reply.withLock { $0 = .some(given) }
        }
        while true {
            if let given = reply.withLock({ $0 }) { return given ?? [] }
            if abort.isSet {
                task.cancel()
                return []
            }
            usleep(5000)
        }
    }

    static let respond: @convention(c) (
        UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32, Int32,
        UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?, UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
        UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Void = { _, _, instruction, instructionLength, count, prompts, responses, context in
        guard let prompts, let responses, let context, count > 0,
              let box = current.withLock({ $0[UInt(bitPattern: context)] }) else { return }
        let questions = (0 ..< Int(count)).map { index in
            SSHQuestion(text: text(prompts[index].text, Int(prompts[index].length)), isEchoed: prompts[index].echo != 0)
        }
        let answers = box.answers(text(instruction, Int(instructionLength)), questions)
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
