import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import RemoteKit

/// What every verb takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A host of the configuration, 'local', or user@machine.", valueName: "name"))
    var host: String?

    @Option(help: ArgumentHelp("The project's configuration, in the place of the nearest slt-remote.toml.", valueName: "file"), completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(help: ArgumentHelp("Accept a host key that is not known yet, if this is its fingerprint.", valueName: "SHA256:…"))
    var acceptHostKey: String?

    @Flag(name: .shortAndLong, help: "Log to stderr what happens.")
    var verbose = false

    /// - Parameter flags: what the verb's own options say.
    /// - Throws: `ConfigurationError`.
    func configuration(_ flags: ConfigurationFlags = ConfigurationFlags()) throws -> Configuration {
        var flags = flags
        flags.host = host
        return try Configuration.load(named: config, environment: ProcessInfo.processInfo.environment, flags: flags,
                                      workingDirectory: FileManager.default.currentDirectoryPath)
    }

    func remoteHost(_ configuration: Configuration) throws -> Host {
        let settings = try configuration.host()
        let worker = try WorkerBinary.find(configured: settings.worker, program: Program.path)
        return Host(settings: settings, worker: worker, credentials: Prompts.credentials, acceptedFingerprint: acceptHostKey, logger: logger)
    }

    private var logger: Logger {
        var logger = Logger(label: "slt-remote") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .debug : .error
        return logger
    }
}

/// This program.
enum Program {
    /// Absolute path, links resolved.
    static var path: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// `user@machine`, for the other users of a host.
    static var user: String {
        let environment = ProcessInfo.processInfo.environment
        return "\(environment["USER"] ?? environment["LOGNAME"] ?? "uid \(getuid())")@\(ProcessInfo.processInfo.hostName)"
    }
}

/// Ends the command with a code and no further word.
struct Leave: Error {
    var code: RemoteKit.ExitCode
    init(_ code: RemoteKit.ExitCode) { self.code = code }
}
