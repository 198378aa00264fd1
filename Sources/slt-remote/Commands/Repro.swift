import ArgumentParser
import FoundationEssentials
import Glibc
import Platform
import RemoteKit
import Reports

struct Repro: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Run a failing file again, up to the record that failed, and say whether it fails in the same way.",
        discussion: """
        It is run on this machine in the source tree, or with --host in the workspace on the host, on the engine of the configuration, with the seed and the limits of the run. \
        What is not as it was in the run is listed.

        Exit codes: 0 it fails in the same way; 1 it passes, or fails otherwise; 2 usage; 3 host; 6 the engine cannot be started.
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var arguments: DiagnosisArguments

    @Flag(help: "Keep the database as it is after the record, and print a command that opens it.")
    var keepDatabase = false

    @Flag(help: "Keep the database, and open it.")
    var shell = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try arguments.checkFile()
        if shell, json { throw ValidationError("--shell and --json exclude each other; choose one") }
        if shell, common.host != nil { throw ValidationError("--shell opens a database on this machine; use --keep-database with --host, then log in there") }
    }

    func run() async throws {
        let (job, place) = try arguments.job(common)
        let keeps = keepDatabase || shell
        let reproduction = try await Interruption.watching { try await job.reproduce(keepsDatabase: keeps) }
        if json {
            try JSONOutput.print(reproduction)
        } else {
            Terminal.shared.output(ReproductionReport(reproduction, job.target, place: place).screen(Terminal.shared.outputStyle))
        }
        if shell, let command = reproduction.database { Self.open(command) }
        switch reproduction.verdict {
        case .same, .fails: break
        case .alike, .otherwise, .passes: throw Leave(.testsFailed)
        }
    }

    /// Goes on as the shell of the database.
    private static func open(_ command: String) {
        Terminal.shared.restore()
        var words = [strdup("/bin/sh"), strdup("-c"), strdup("exec " + command), nil]
        execv("/bin/sh", &words)
    }
}
