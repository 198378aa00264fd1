import AgentProtocol
import ArgumentParser
import FoundationEssentials
import Platform
import RemoteKit

/// The file that a verb looks at, and where.
struct DiagnosisArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The run that it failed in, if not the project's latest on this machine; then the file, and a line of the record.", valueName: "[run] file[:line]"))
    var words: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Time limit of the file. Default: that of the run.", valueName: "time"))
    var fileTimeout: String?

    func validate() throws {
        if words.count > 2 { throw ValidationError("name one run at most, and one file; there are \(words.count) names") }
        if let fileTimeout, Quantity.seconds(fileTimeout).map({ $0 > 0 }) != true { throw ValidationError("--file-timeout must be a time such as 90s or 5m, not '\(fileTimeout)'") }
    }

    /// - Throws: where no file is named.
    func checkFile() throws {
        if words.isEmpty { throw ValidationError("name a file, such as: test/select.test:120") }
    }

    /// Where it is done: only somebody who names a host, or its fleet, wants it there.
    func place(_ common: CommonOptions, _ configuration: Configuration, onFleet: Bool = false) throws -> (host: Host, here: Bool) {
        let here = common.host == nil && !onFleet
        return (here ? try common.ownMachine(configuration) : try common.remoteHost(configuration), here)
    }

    /// Where it is done, for people and for states: `here`, `on sandbox`.
    static func name(of host: Host, here: Bool) -> String { here ? ReductionState.here : "on \(host.name)" }

    /// - Returns: the work, and where it is done, for people: `here`, `on sandbox`.
    func job(_ common: CommonOptions, onFleet: Bool = false) throws -> (job: DiagnosisJob, place: String) {
        try job(common, common.configuration(), onFleet: onFleet)
    }

    func job(_ common: CommonOptions, _ configuration: Configuration, onFleet: Bool) throws -> (job: DiagnosisJob, place: String) {
        let run = try words.count == 2 ? RunReference.resolve(words[0]) : nil
        let target = try DiagnosisTarget(words[words.count - 1], of: run, configuration, workingDirectory: FileManager.default.currentDirectoryPath)
        let (host, here) = try place(common, configuration, onFleet: onFleet)
        var job = DiagnosisJob(host: host, configuration: configuration, target: target, here: here)
        job.fileTimeout = fileTimeout.flatMap(Quantity.seconds)
        return (job, Self.name(of: host, here: here))
    }
}
