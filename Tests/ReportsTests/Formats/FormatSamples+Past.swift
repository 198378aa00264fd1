import Fleet
@testable import RemoteKit

/// What bundles, the history and prune say of runs.
extension FormatSamples {
    static var past: [(heading: String, values: [any Encodable])] {
        [
            ("bundle.json", [RunBundle.Note(host: "h")]), ("history", [run]), ("history FILE", [filePast]),
            ("failures", [RunHistory.FailureGroups(run: "r", groups: [group])]),
            ("prune", [PruneJob.Item(side: .home, run: "r", project: "p", time: 1.5, bytes: 1, kept: "k")]),
        ]
    }

    private static let run = RunHistory.Run(run: "r", host: "h", project: "p", engine: "sqlite", isFull: true, branch: "b", commit: "c", dirty: false, startedAt: 1.5, wall: 1.5, ended: "drained",
                                            total: 4, passed: 1, failed: 1, keptOut: 1, untested: 1, flaky: 0, folder: "/f")

    private static let fileRun = RunHistory.FileRun(run: "r", host: "h", isFull: true, branch: "b", commit: "c", startedAt: 1.5, outcome: .fail, duration: 0.5, cpu: 0.5, errors: 1, message: "m",
                                                    record: .notReached, line: 1)

    private static let filePast = RunHistory.FilePast(file: "f", project: "p", engine: "sqlite", identity: identity, sql: "s", runs: [fileRun])

    private static let group = RunHistory.FailureGroup(key: "k", files: 1, failures: 1, consequences: 0, total: 1, outcome: .fail, example: "f:1", message: "m")
}
