import Glibc
import Platform
import RemoteKit
import SSH
import Wire

/// Questions of a login, asked on the terminal itself, whatever stdin and stdout are. Answers are never echoed
/// nor kept.
enum Prompts {
    /// Without a terminal nothing is asked, and logins that need an answer fail with a reason.
    static var credentials: SSHCredentials {
        guard access("/dev/tty", R_OK | W_OK) == 0, isatty(2) == 1 else { return SSHCredentials() }
        return SSHCredentials(
            passphrase: { file in ask("passphrase of \(file): ", echoes: false) },
            password: { account in ask("password of \(account): ", echoes: false) },
            answers: { instruction, questions in
                // The words are the host's, and a terminal does what some of them say.
                if !instruction.isEmpty { Terminal.shared.say(safe(instruction)) }
                var answers: [String] = []
                for question in questions {
                    guard let answer = ask(safe(question.text), echoes: question.isEchoed) else { return nil }
                    answers.append(answer)
                }
                return answers
            })
    }

    /// The answer to a question; `nil` without a terminal.
    static func answer(_ question: String) -> String? {
        guard access("/dev/tty", R_OK | W_OK) == 0, isatty(2) == 1 else { return nil }
        return ask(question, echoes: true)
    }

    private static func safe(_ text: String) -> String { SafeText.lines(text, limit: 40, width: 500).joined(separator: "\n") }

    private static func ask(_ question: String, echoes: Bool) -> String? {
        guard let terminal = fopen("/dev/tty", "r+") else { return nil }
        defer { fclose(terminal) }
        var before = termios()
        guard tcgetattr(fileno(terminal), &before) == 0 else { return nil }
        var silent = before
        if !echoes { silent.c_lflag &= ~tcflag_t(ECHO) }
        tcsetattr(fileno(terminal), TCSAFLUSH, &silent)
        defer {
            tcsetattr(fileno(terminal), TCSAFLUSH, &before)
            if !echoes { fputs("\n", terminal) }
        }
        fputs(SafeText.block(question), terminal)
        fflush(terminal)
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        guard getline(&line, &capacity, terminal) > 0, let line else { return nil }
        let answer = String(cString: line)
        return answer.hasSuffix("\n") ? String(answer.dropLast()) : answer
    }
}
