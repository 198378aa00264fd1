import AgentProtocol
import ArgumentParser
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// What the client becomes to show the database of an engine that has no shell of its own: a `DiagnosisRequest` as JSON comes over a descriptor, a person's SQL over standard input.
struct PromptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "prompt", abstract: "Run a file and take SQL for its database.", shouldDisplay: false)

    @Argument(help: "Where the request is read.") var descriptor: Int32

    func run() throws {
        guard let bytes = DescriptorIO.readAll(descriptor, limit: 16 << 20), let request = try? JSONDecoder().decode(DiagnosisRequest.self, from: Data(bytes)) else {
            throw ExitCode(EX_DATAERR)
        }
        close(descriptor)
        do {
            try DatabasePrompt(request).run()
        } catch {
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(error.code == .engine ? 6 : 2)
        }
    }
}
