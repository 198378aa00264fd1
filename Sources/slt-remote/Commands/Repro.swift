import ArgumentParser
import Fleet
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

    @Flag(help: "Keep the database, and open it in sqlite3 or psql. With an external engine: run the file in it once more, and take SQL at a prompt.")
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
        // Only its own process knows the database of an external engine.
        let isExternal = job.configuration.engine.kind == .external
        if isExternal, keepDatabase { throw RemoteError(.usage, "cannot keep the database of an external engine: only its program knows where it is; --shell asks the program") }
        let keeps = keepDatabase || (shell && !isExternal)
        let reproduction = try await Interruption.watching { try await job.reproduce(keepsDatabase: keeps) }
        if json {
            try JSONOutput.print(reproduction)
        } else {
            Terminal.shared.output(ReproductionReport(reproduction, job.target, place: place).screen(Terminal.shared.outputStyle))
        }
        if shell, isExternal { throw try Self.ask(job) }
        if shell, let command = reproduction.database { throw Self.open(command, job.configuration) }
        switch reproduction.verdict {
        case .same, .fails: break
        case .alike, .otherwise, .passes: throw Leave(.testsFailed)
        }
    }

    /// Goes on as the shell of the database.
    private static func open(_ command: String, _ configuration: Configuration) -> RemoteError {
        // It finds its server and its password where the engine did.
        for (name, value) in configuration.engine.environment { setenv(name, value, 1) }
        return become(["/bin/sh", "-c", "exec " + command])
    }

    /// Goes on as the worker that asks the engine.
    private static func ask(_ job: DiagnosisJob) throws -> RemoteError {
        let (program, request) = try job.prompt()
        // A file without a name, since a pipe may be too small, and arguments are for all to see.
        guard let file = tmpfile(), request.withUnsafeBytes({ fwrite($0.baseAddress, 1, $0.count, file) }) == request.count, fflush(file) == 0,
              lseek(fileno(file), 0, SEEK_SET) == 0, fcntl(fileno(file), F_SETFD, 0) == 0 else {
            return RemoteError(.usage, "cannot write a temporary file: \(ErrorText.of())")
        }
        return become(program + ["\(fileno(file))"])
    }

    /// - Returns: why that cannot be.
    private static func become(_ program: [String]) -> RemoteError {
        Terminal.shared.restore()
        var words = program.map { strdup($0) } + [nil]
        execv(program[0], &words)
        return RemoteError(.usage, "cannot start \(program[0]): \(ErrorText.of())")
    }
}
