import FoundationEssentials
import Glibc
import TestSupport

/// The commands in their order, in a folder that does not outlive them.
enum Demonstration {
    private static let files = 300
    private static let recordsPerFile = 400
    private static let failures = 3

    /// - Returns: the exit code.
    static func perform(programs: String) -> Int32 {
        var code: Int32 = 0
        do {
            let folder = try TemporaryFolder()
            defer { clean(folder) }
            do {
                try show(Stage(programs: programs, folder: folder))
                print("\nThat was all: every command ended as it should.")
            } catch {
                print("\nthe demonstration ends here: \(error)")
                code = Interruption.happened ? 130 : 1
            }
        } catch {
            print("cannot begin the demonstration: \(error)")
            code = 1
        }
        return code
    }

    private static func show(_ stage: Stage) throws {
        let shell = stage.shell
        defer { stage.server.stop() }
        print("""
            The host is a private OpenSSH server on \(stage.server.address):\(stage.server.port), with keys made just now.
            All that follows happens in \(stage.folder.path); nothing of yours is read or changed.

            A project, with \(files) test files in which \(failures) wrong expectations are planted:
            """)
        try shell.type("slt-worker generate --seed 7 --files \(files) --records \(recordsPerFile) --fail \(failures) suite")
        try shell.type("cat slt-remote.toml")
        print("\nBring the sources to the host. (run does it by itself; here it is alone.)")
        try shell.type("slt-remote sync")
        print("\nStart a fleet of 8 workers, and leave it to itself:")
        try shell.type("slt-remote run --workers 8 --detach")
        print("\nLook at it in the middle, as anybody with access could from anywhere:")
        try shell.type("slt-remote status")
        print("\nFollow it to its end. Exit code 1 says that tests failed: the \(failures) planted ones.")
        try shell.type("slt-remote attach", expecting: 1)
        print("\nThe results are here already; fetch brings them again, to a place of your choice:")
        try shell.type("slt-remote fetch --to results")
        try shell.type("slt-remote runs")
        print("\nWhere to look: the run's counts and one line of JSON for each file.")
        let results = try "results/" + (FileManager.default.contentsOfDirectory(atPath: stage.project + "/results").first ?? "")
        try shell.type("ls \(results)")
        try shell.type("cat \(results)/summary.json")
        try look(stage, at: results)
    }

    /// The first file that failed, run alone on this machine.
    private static func look(_ stage: Stage, at results: String) throws {
        let records = (try? String(contentsOfFile: "\(stage.project)/\(results)/records.jsonl", encoding: .utf8)) ?? ""
        let failed = records.split(separator: "\n").filter { $0.contains("\"outcome\":\"fail\"") }
        guard failed.count == failures, let name = failed.first?.split(separator: "\"").first(where: { $0.hasSuffix(".test") }) else {
            throw UnexpectedResults(found: failed.count)
        }
        print("\nOne failure, run again on this machine:")
        try stage.shell.type("slt-worker run \(name)", expecting: 1)
    }

    /// Ends what still runs of it and removes the folder.
    private static func clean(_ folder: TemporaryFolder) {
        let left = Leftovers.end(below: folder.path)
        print("\nStopped the SSH server\(left > 0 ? " and \(left) processes of the fleet" : ""). Removing \(folder.path):"
            + " the project, the host's workspace and state, the results, the keys.")
        try? FileManager.default.removeItem(atPath: folder.path)
    }

    struct UnexpectedResults: Error, CustomStringConvertible {
        let found: Int
        var description: String { "records.jsonl lists \(found) failed files instead of \(failures)" }
    }
}
