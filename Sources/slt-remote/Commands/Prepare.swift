import ArgumentParser
import RemoteKit

struct Prepare: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Sync and build, but run no tests.",
        discussion: "'slt-remote run --no-build' then runs what was built.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Do not sync; use the sources that are on the host.")
    var noSync = false

    @Flag(help: "Build even if some files could not be synced.")
    var allowPartial = false

    @Flag(help: "Let the sync delete more than half of the files on the host.")
    var force = false

    @Flag(help: "Use the workspace for this tree even if it belongs to another tree or was not made by a sync.")
    var takeOver = false

    func run() async throws {
        let configuration = try common.configuration()
        guard configuration.prepare.command != nil else {
            throw RemoteError(.usage, "there is nothing to build: set 'command' in [prepare]")
        }
        let host = try common.remoteHost(configuration)
        var job = RunJob(host: host, configuration: configuration, startedBy: OwnName.text)
        job.skipsSync = noSync
        job.allowsPartial = allowPartial
        job.forcesSync = force
        job.takesOver = takeOver
        let printer = JobPrinter(host: host.name, commands: common.commands(on: host.name)), work = job
        try await Interruption.watching { try await work.prepareOnly { printer($0) } }
    }
}
