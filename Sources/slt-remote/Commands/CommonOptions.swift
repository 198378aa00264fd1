import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import Platform
import RemoteKit
import Reports

/// What every verb takes.
struct CommonOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("The host: a name of the configuration, 'local' or user@machine.", valueName: "name"))
    var host: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Use this configuration file instead of the nearest slt-remote.toml.", valueName: "file"), completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Accept an unknown host key if it has this fingerprint.", valueName: "SHA256:…"))
    var acceptHostKey: String?

    @Flag(name: .shortAndLong, help: "Log details to stderr.")
    var verbose = false

    /// - Parameter flags: what the verb's own options say.
    /// - Throws: `ConfigurationError`.
    func configuration(_ flags: ConfigurationFlags = ConfigurationFlags()) throws -> Configuration {
        var flags = flags
        (flags.host, flags.prefix) = (host, "--")
        let configuration = try Configuration.load(named: config, environment: ProcessInfo.processInfo.environment, flags: flags,
                                                   workingDirectory: FileManager.default.currentDirectoryPath)
        for warning in configuration.warnings { Terminal.shared.say("warning: \(warning)") }
        return configuration
    }

    /// This machine, whatever hosts there are.
    func ownMachine(_ configuration: Configuration) throws -> Host {
        let worker = try WorkerBinary.find(configured: nil, program: OwnProgram.path)
        var host = Host(settings: try configuration.host("local"), worker: worker, logger: logger)
        host.dynamicWorker = { () throws(RemoteError) in try WorkerBinary.findDynamic(configured: nil, program: OwnProgram.path) }
        return host
    }

    /// - Parameter name: one of several hosts; `nil` for the one that is meant.
    func remoteHost(_ configuration: Configuration, named name: String? = nil) throws -> Host {
        let settings = try configuration.host(name)
        let worker = try WorkerBinary.find(configured: settings.worker, program: OwnProgram.path)
        var host = Host(settings: settings, worker: worker, credentials: Prompts.credentials, acceptedFingerprint: acceptHostKey, logger: logger)
        host.dynamicWorker = { () throws(RemoteError) in try WorkerBinary.findDynamic(configured: settings.worker, program: OwnProgram.path) }
        let name = host.name
        host.waiting = { what, seconds in Terminal.shared.say("\(name): still waiting for \(what) after \(seconds) s") }
        return host
    }

    /// Commands to go on with, about the same host and project.
    /// - Parameter host: its name.
    func commands(on host: String?) -> CommandWords { CommandWords(host: host, options: config.map { ["--config", $0] } ?? []) }

    /// The same, for somebody who knows no host: that of the configuration, if there is one.
    var commands: CommandWords {
        var flags = ConfigurationFlags()
        (flags.host, flags.prefix) = (host, "--")
        let configuration = try? Configuration.load(named: config, environment: ProcessInfo.processInfo.environment, flags: flags,
                                                    workingDirectory: FileManager.default.currentDirectoryPath)
        return commands(on: (try? configuration?.host())?.name ?? host)
    }

    private var logger: Logger {
        guard verbose else { return Logger(label: "slt-remote") { _ in NoteLog() } }
        return Logger(label: "slt-remote") { _ in TerminalLog(logLevel: .debug) }
    }
}
