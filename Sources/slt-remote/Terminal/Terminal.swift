import FoundationEssentials
import Glibc
import Platform
import RemoteKit
import Reports
import Synchronization
import Wire

/// The only one that touches the terminal. Data goes to stdout, everything else to stderr, where one line at
/// the bottom may be rewritten in place.
///
/// A `String` may hold words of a host or of a file: whatever a terminal would act on is made visible here, and only line
/// breaks stay. Colours come in a ``ScreenText``, which only reports of ours make; cursor moves are written here alone.
final class Terminal: Sendable {
    static let shared = Terminal()

    private struct State {
        var line = ""
        var lastPlain: ContinuousClock.Instant?
        /// Progress lines printed so far where none can be rewritten.
        var plainLines = 0
        var hasScreen = false
    }

    private let state = Mutex(State())
    private let environment = ProcessInfo.processInfo.environment
    let errorIsTerminal = isatty(2) == 1
    let outputIsTerminal = isatty(1) == 1

    /// A dumb terminal takes no escapes.
    private var isDumb: Bool { (environment["TERM"] ?? "dumb") == "dumb" }
    private var canRewrite: Bool { errorIsTerminal && !isDumb }
    /// Whether somebody looks at stderr who can scroll back; else it is a log.
    var canScroll: Bool { canRewrite }
    /// Whether a screen can be drawn on stdout.
    var canDraw: Bool { outputIsTerminal && !isDumb }

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
    func say(_ text: String) { sayVisible(SafeText.block(text)) }
    func say(_ text: ScreenText) { sayVisible(text.text) }

    private func sayVisible(_ text: String) {
        state.withLock { state in
            var output = state.line.isEmpty ? "" : "\r\u{1B}[K"
            output += text.hasSuffix("\n") ? text : text + "\n"
            output += state.line
            put(output, 2)
        }
    }

    /// How long after so many lines the next one is printed where none can be rewritten: an hour's log has some forty of them, a day's two hundred.
    static func plainInterval(after lines: Int) -> Duration { .seconds(min(540, 10 << min(lines / 8, 10))) }

    /// Rewrites the line at the bottom; without a terminal it is printed now and then.
    func progress(_ text: String) { progressVisible(SafeText.block(text)) }
    func progress(_ text: ScreenText) { progressVisible(text.text) }

    private func progressVisible(_ text: String) {
        state.withLock { state in
            guard canRewrite else {
                let now = ContinuousClock.now
                guard let last = state.lastPlain else {
                    state.lastPlain = now
                    return
                }
                if now - last < Self.plainInterval(after: state.plainLines) { return }
                state.lastPlain = now
                state.plainLines += 1
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

    /// Words on stdout.
    func output(_ text: String) { put(SafeText.block(text), 1) }
    func output(_ text: ScreenText) { put(text.text, 1) }
    /// Data for programs, byte by byte.
    func output(data: [UInt8]) { data.withUnsafeBytes { put($0, 1) } }

    /// Redraws a whole screen on stdout without flicker: from the top, each line cleared behind its end.
    func draw(_ lines: [ScreenText]) {
        let height = outputStyle.height ?? lines.count
        let shown = lines.prefix(max(1, height - 1)).map { $0.text + "\u{1B}[K\r\n" }.joined()
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
            let wrote = retryingInterrupts { write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done) }
            if wrote < 0 && errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: CShort(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
                continue
            }
            if wrote <= 0 {
                // Without stderr there is nobody to tell.
                if descriptor == 1 { outputFailed(wrote < 0 ? errno : ENOSPC) }
                return
            }
            done += wrote
        }
    }
}

extension Terminal {
    /// What was to be printed is lost, whatever the work came to. A reader that has gone is told nothing, as with git.
    private func outputFailed(_ code: Int32) -> Never {
        KeyInput.leave()
        if code == EPIPE {
            signal(SIGPIPE, SIG_DFL)
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGPIPE)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
            raise(SIGPIPE)
        }
        put("slt-remote: cannot write to standard output: \(ErrorText.of(code)); what was to be printed is lost\n", 2)
        _exit(RemoteKit.ExitCode.host.rawValue)
    }

    /// Leaves the terminal as it was found, from wherever the program ends.
    func restore() {
        endProgress()
        leaveScreen()
        KeyInput.leave()
        if canDraw { put("\u{1B}[?25h", 1) }
    }
}
