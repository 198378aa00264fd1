import ArgumentParser
import Wire

struct SltRemote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slt-remote",
        abstract: "Run a database's SQLLogicTest corpus on a big machine over SSH.",
        discussion: """
        Brings the source tree to a host, builds it there, runs the test files on a fleet of workers, \
        shows how it goes, and brings the results home. The host needs only an SSH server.

        Begin with a slt-remote.toml in your project, then: slt-remote run --workers 64

        Exit codes: 0 all passed; 1 tests failed; 2 usage or configuration; 3 host or connection; \
        4 prepare failed; 5 run incomplete (untested files); 130 interrupted.
        """,
        version: "slt-remote \(Release.version)",
        subcommands: [Run.self, Sync.self, Attach.self, Status.self, Stop.self, Workers.self, Pause.self, Doctor.self, Fetch.self, Runs.self,
                      Logs.self, Config.self])
}
