import ArgumentParser
import Wire

struct SltRemote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slt-remote",
        abstract: "Run a database's SQLLogicTest corpus on a big machine over SSH.",
        discussion: """
        Syncs the source tree to a host, builds it there, runs the test files on a fleet of workers, \
        shows the progress and downloads the results. The host needs only an SSH server and a shell.

        Write a slt-remote.toml for your project, then: slt-remote run --workers 64

        Exit codes: 0 all passed; 1 tests failed; 2 usage or configuration; 3 host or connection; \
        4 build failed; 5 incomplete (files are untested, no test was run, or a bisect ended with several commits left); \
        6 engine cannot be started; 130 interrupted.
        """,
        version: "slt-remote \(Release.version)",
        subcommands: [Run.self, WatchTree.self, Sync.self, Prepare.self, Attach.self, Status.self, Stop.self, Workers.self, Pause.self, Doctor.self, Fetch.self, Report.self, Runs.self,
                      Logs.self, Compare.self, KnownFailuresCommand.self, Flaky.self, Repro.self, Reduce.self, Bisect.self, History.self, Failures.self, Slow.self, Untested.self, Sql.self, Export.self, Prune.self,
                      Clean.self, Config.self])
}
