import Fleet
import RemoteKit
import Reports

/// Shows a run over several hosts, and what it came to.
struct SharedRunPrinter {
    private let label: String
    private let commands: CommandWords
    private let upwards: String
    private let detaches: Bool

    /// - Parameters:
    ///   - commands: about the run.
    ///   - upwards: leads from where the user stands to the top of the tree.
    ///   - detaches: whether it is only started.
    init(_ hosts: [String], commands: CommandWords, upwards: String, detaches: Bool = false) {
        label = hosts.joined(separator: ", ")
        self.commands = commands
        self.upwards = upwards
        self.detaches = detaches
    }

    func run(json: Bool, _ body: @escaping @Sendable (@escaping JobEventHandler) async throws -> JobResult) async throws {
        let printer = JobPrinter(host: label, commands: commands, upwards: upwards), (label, commands) = (label, commands)
        let result = try await Interruption.watching {
            try await body { event in
                if case .onHost(_, .started) = event { Interruption.leaveWord("detached; the shares of the run continue on \(label). Follow them with: \(commands.text("attach"))") }
                printer(event)
            }
        }
        printer.end()
        if detaches {
            if json { try JSONOutput.print(result.status) }
            return Terminal.shared.say("detached; the shares of the run continue. Follow them and merge their results with: \(commands.text("attach", result.status.id))")
        }
        try ResultPrinter(host: label, commands: commands, upwards: upwards).print(result, json: json)
    }
}
