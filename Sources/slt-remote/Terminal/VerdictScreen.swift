import Fleet
import RemoteKit
import Reports
import Synchronization

/// `watch`: on a terminal the board, which keys steer; elsewhere lines.
struct VerdictScreen: Sendable {
    let job: WatchJob
    let commands: CommandWords
    let upwards: String
    /// What the key `r` does with the first failure, and how it says what comes of it; `nil` hides the key.
    var reduce: (@Sendable (FileRecord, _ say: @escaping @Sendable ([String]) -> Void) -> Void)?

    /// Until Ctrl-C.
    func print() async throws {
        let printer = WatchPrinter(host: job.host.name, commands: commands, upwards: upwards)
        let control = WatchControl()
        do {
            try await Interruption.watching { try await job.run(control: control) { printer($0) } }
        } catch let leave as Leave where leave.code == .interrupted && printer.hasSynced {
            // Ctrl-C is how a watch is meant to end.
        }
    }

    private enum Event: Sendable {
        case happened(WatchEvent)
        case key(UInt8)
        case said([String])
    }

    /// Until `q` or Ctrl-C.
    func draw() async throws {
        let control = WatchControl()
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        Interruption.leaveWord("interrupted; nothing is left at work on \(job.host.name)")
        Terminal.shared.enterScreen()
        defer { Terminal.shared.leaveScreen() }
        if KeyInput.enter() { KeyInput.listen { continuation.yield(.key($0)) } }
        defer { KeyInput.leave() }
        let drawing = Task { await show(stream, control) { continuation.yield(.said($0)) } }
        defer { drawing.cancel() }
        do {
            try await Interruption.watching { try await job.run(control: control) { continuation.yield(.happened($0)) } }
        } catch let leave as Leave where leave.code == .interrupted {
            // Ctrl-C is how a watch is meant to end.
        }
    }

    /// Draws after what has happened, once for all that happened meanwhile.
    private func show(_ events: AsyncStream<Event>, _ control: WatchControl, say: @escaping @Sendable ([String]) -> Void) async {
        var board = VerdictBoard(host: job.host.name, tree: job.configuration.sync.source, upwards: upwards)
        board.offersReduction = reduce != nil
        var last = ContinuousClock.now - .seconds(1)
        Terminal.shared.draw(board.screen(Terminal.shared.outputStyle))
        for await event in events {
            switch event {
            case .key(let byte): act(byte, board, control, say)
            case .said(let lines): board.say(lines)
            case .happened(let event):
                board.take(event)
                // Files of a large suite come faster than anybody looks.
                if case .verdict(_, fails: false) = event, ContinuousClock.now - last < .milliseconds(50) { continue }
            }
            last = .now
            Terminal.shared.draw(board.screen(Terminal.shared.outputStyle))
        }
    }

    private func act(_ key: UInt8, _ board: VerdictBoard, _ control: WatchControl, _ say: @escaping @Sendable ([String]) -> Void) {
        switch key {
        case UInt8(ascii: "q"): control.end()
        case UInt8(ascii: "a"): control.ask(for: .all)
        case UInt8(ascii: "f"): control.ask(for: .failed)
        case UInt8(ascii: "r"): if let reduce, let failure = board.failing.first { reduce(failure, say) }
        default: break
        }
    }
}
