import AgentProtocol
import Fleet
import RemoteKit
import Reports

/// `status --watch` on a terminal: draws the view once a second and after each key, and carries out what keys ask for.
struct Watch: Sendable {
    let host: Host
    let run: RunChoice
    let commands: CommandWords
    let upwards: String

    private enum Event: Sendable {
        case tick
        case key(UInt8)
    }

    /// Ends with `q`; Ctrl-C cancels it.
    func run() async throws {
        Terminal.shared.enterScreen()
        defer { Terminal.shared.leaveScreen() }
        let hasKeys = KeyInput.enter()
        defer { KeyInput.leave() }
        try await host.withAgent { agent in
            let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(64))
            if hasKeys { KeyInput.listen { continuation.yield(.key($0)) } }
            let ticking = Task {
                while !Task.isCancelled {
                    continuation.yield(.tick)
                    try await Task.sleep(for: .seconds(1))
                }
            }
            defer { ticking.cancel() }
            var view = WatchView(host: host.name)
            view.options = commands.options
            view.upwards = upwards
            draw(view)
            for await event in events {
                switch event {
                case .tick: try await refresh(&view, agent)
                case .key(let byte):
                    guard let action = view.key(byte) else { continue }
                    if action == .quit { return }
                    draw(view)
                    try await carryOut(action, &view, agent)
                }
                draw(view)
            }
            try Task.checkCancellation()
        }
    }

    private func draw(_ view: WatchView) { Terminal.shared.draw(view.screen(Terminal.shared.outputStyle)) }

    private func refresh(_ view: inout WatchView, _ agent: AgentClient) async throws {
        let report = try await agent.status(run: run)
        view.show(report)
        if let worker = view.logged { await showLog(worker, &view, agent) }
    }

    private func carryOut(_ action: WatchView.Action, _ view: inout WatchView, _ agent: AgentClient) async throws {
        let name = view.report?.run.map { RunChoice.named($0.id) } ?? run
        do {
            switch action {
            case .quit, .redraw: return
            case .pause(let paused): _ = try await agent.pause(run: name, paused)
            case .workers(let count): _ = try await agent.workers(run: name, count: count)
            case .log(let worker): return await showLog(worker, &view, agent)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // A wish that cannot be fulfilled does not end the view.
            view.notice = RemedyWords(commands).text(RemoteError(error))
        }
        try await refresh(&view, agent)
    }

    private static let logTail = 64 << 10

    private func showLog(_ worker: Int, _ view: inout WatchView, _ agent: AgentClient) async {
        var bytes: [UInt8] = []
        do {
            try await agent.logs(LogRequest(run: view.report?.run.map { .named($0.id) } ?? run, worker: worker, follow: false, tail: Self.logTail)) { bytes += $0.bytes }
            view.show(log: bytes)
        } catch {
            view.show(log: Array(RemedyWords(commands).text(RemoteError(error)).utf8))
        }
    }
}
