import FoundationEssentials
import Glibc
import RemoteKit
import Synchronization

/// The only one that touches the terminal. Data goes to stdout, everything else to stderr, where one line at
/// the bottom may be rewritten in place.
final class Terminal: Sendable {
    static let shared = Terminal()

    private struct State {
        var line = ""
        var lastPlain: ContinuousClock.Instant?
        var hasScreen = false
    }

    private let state = Mutex(State())
    private let environment = ProcessInfo.processInfo.environment
    let errorIsTerminal = isatty(2) == 1
    let outputIsTerminal = isatty(1) == 1

    /// How text on stderr may look.
    var errorStyle: Style { style(2, errorIsTerminal) }
    /// How text on stdout may look.
    var outputStyle: Style { style(1, outputIsTerminal) }

    private func style(_ descriptor: Int32, _ isTerminal: Bool) -> Style {
        var size = winsize()
        let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Style(isTerminal: isTerminal, width: known ? Int(size.ws_col) : 80, height: known && size.ws_row > 0 ? Int(size.ws_row) : 24, environment: environment)
    }

    /// A message on stderr, above the line that is rewritten.
    func say(_ text: String) {
        state.withLock { state in
            var output = state.line.isEmpty ? "" : "\r\u{1B}[K"
            output += text.hasSuffix("\n") ? text : text + "\n"
            output += state.line
            put(output, 2)
        }
    }

    /// How often a changing line is printed where it cannot be rewritten.
    private static let plainInterval = Duration.seconds(10)

    /// Rewrites the line at the bottom; without a terminal it is printed now and then.
    func progress(_ text: String) {
        state.withLock { state in
            guard errorIsTerminal else {
                let now = ContinuousClock.now
                guard let last = state.lastPlain else {
                    state.lastPlain = now
                    return
                }
                if now - last < Self.plainInterval { return }
                state.lastPlain = now
                put(text + "\n", 2)
                return
            }
            guard text != state.line else { return }
            state.line = text
            put("\r\u{1B}[K" + text, 2)
        }
    }

    /// Takes the rewritten line away.
    func endProgress() {
        state.withLock { state in
            if !state.line.isEmpty { put("\r\u{1B}[K", 2) }
            state.line = ""
            state.lastPlain = nil
        }
    }

    /// Data, on stdout.
    func output(_ text: String) { put(text, 1) }
    func output(_ bytes: [UInt8]) { bytes.withUnsafeBytes { put($0, 1) } }

    /// Redraws a whole screen on stdout without flicker: from the top, each line cleared behind its end.
    func draw(_ lines: [String]) {
        let height = outputStyle.height ?? lines.count
        let shown = lines.prefix(max(1, height - 1)).map { $0 + "\u{1B}[K\r\n" }.joined()
        put("\u{1B}[H" + shown + "\u{1B}[J", 1)
    }

    /// The alternate screen, without a cursor, until ``leaveScreen()``.
    func enterScreen() {
        state.withLock { $0.hasScreen = true }
        put("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J", 1)
    }

    func leaveScreen() {
        let had = state.withLock { state in
            defer { state.hasScreen = false }
            return state.hasScreen
        }
        if had { put("\u{1B}[?25h\u{1B}[?1049l", 1) }
    }

    fileprivate func put(_ text: String, _ descriptor: Int32) {
        var text = text
        text.withUTF8 { put(UnsafeRawBufferPointer($0), descriptor) }
    }

    private func put(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            let wrote = write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if wrote < 0 && errno == EINTR { continue }
            if wrote < 0 && errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: CShort(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
                continue
            }
            if wrote <= 0 { return }
            done += wrote
        }
    }
}

extension Terminal {
    /// Leaves the terminal as it was found, from wherever the program ends.
    func restore() {
        endProgress()
        leaveScreen()
        KeyInput.leave()
        if outputIsTerminal { put("\u{1B}[?25h", 1) }
    }
}
