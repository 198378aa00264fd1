import Glibc
import SSH

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
                if !instruction.isEmpty { Terminal.shared.say(instruction) }
                var answers: [String] = []
                for question in questions {
                    guard let answer = ask(question.text, echoes: question.isEchoed) else { return nil }
                    answers.append(answer)
                }
                return answers
            })
    }

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
        fputs(question, terminal)
        fflush(terminal)
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        guard getline(&line, &capacity, terminal) > 0, let line else { return nil }
        let answer = String(cString: line)
        return answer.hasSuffix("\n") ? String(answer.dropLast()) : answer
    }
}
