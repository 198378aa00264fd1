import Glibc
import Platform
import Synchronization

/// The keyboard, a key at a time and without echo, until ``leave()``.
enum KeyInput {
    private static let before = Mutex<termios?>(nil)

    /// - Returns: whether there is a keyboard.
    static func enter() -> Bool {
        var found = termios()
        guard isatty(0) == 1, tcgetattr(0, &found) == 0 else { return false }
        before.withLock { $0 = found }
        var raw = found
        // Signals stay, so that Ctrl-C ends; a suspended program would leave the terminal as it is now.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &raw.c_cc) { keys in
            keys[Int(VMIN)] = 1
            keys[Int(VTIME)] = 0
            keys[Int(VSUSP)] = 0
            keys[Int(VQUIT)] = 0
        }
        return tcsetattr(0, TCSANOW, &raw) == 0
    }

    static func leave() {
        guard var found = before.withLock({ state in
            defer { state = nil }
            return state
        }) else { return }
        tcsetattr(0, TCSAFLUSH, &found)
    }

    /// Keys as they are pressed, from a thread that ends with the program or the terminal.
    static func listen(_ handler: @escaping @Sendable (UInt8) -> Void) {
        _ = try? SystemThread.start {
            var byte: UInt8 = 0
            while retryingInterrupts({ read(0, &byte, 1) }) == 1 { handler(byte) }
        }
    }
}
