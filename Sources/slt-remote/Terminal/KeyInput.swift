import Glibc
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
        let box = Unmanaged.passRetained(Listener(handler))
        var thread = pthread_t()
        guard pthread_create(&thread, nil, { pointer in
            guard let pointer else { return nil }
            let listener = Unmanaged<Listener>.fromOpaque(pointer).takeRetainedValue()
            var byte: UInt8 = 0
            while true {
                let got = read(0, &byte, 1)
                if got == 1 { listener.handler(byte) } else if got == 0 || errno != EINTR { return nil }
            }
        }, box.toOpaque()) == 0 else { return box.release() }
        pthread_detach(thread)
    }

    private final class Listener: Sendable {
        let handler: @Sendable (UInt8) -> Void
        init(_ handler: @escaping @Sendable (UInt8) -> Void) { self.handler = handler }
    }
}
