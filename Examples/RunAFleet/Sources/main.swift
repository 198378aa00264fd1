import Glibc
import RemoteKit

// usage: run-a-fleet SOURCE WORKER: brings the tree SOURCE to this machine's workspace, runs its test files there with the program WORKER,
// which a build of slt-remote has beside it, and brings the results home.
let words = CommandLine.arguments
guard words.count == 3 else {
    print("usage: run-a-fleet SOURCE WORKER")
    exit(2)
}

var configuration = Configuration(source: words[1])
configuration.suite.files = ["**/*.test"]
configuration.run.workers = .exactly(2)
// Another machine is `.ssh("me@machine")`.
let settings = HostSettings(name: "here", target: .local, workspace: "~/run-a-fleet")
let host = Host(settings: settings, worker: try WorkerBinary(path: words[2]))

let work = RunJob(host: host, configuration: configuration).begin()
for await event in work {
    switch event {
    case .synced(let report): print("synced \(report.seen.files) files")
    case .finished(let record): print("\(record.outcome): \(record.file)")
    default: break
    }
}
let result = try await work.result
print("\(result.status.passed) of \(result.status.total) files passed; the results are in \(result.folder ?? "no folder")")
