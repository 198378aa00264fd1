import Glibc
import Platform

/// The folder of a run that is being made, beside the runs. Its name says who makes it, so that what a killed process left
/// can be told from what another one is making now.
enum UnfinishedRun {
    private static let prefix = ".new-"

    /// `.new-ID-MACHINE-PID-START`
    static func folder(of id: String, in runs: Path) -> Path {
        let maker = ProcessIdentity.current
        return runs / "\(prefix)\(id)-\(machine)-\(maker.pid)-\(maker.startTime)"
    }

    /// Names of hosts may hold anything.
    private static let machine = String(StableHash.of("\(Machine.host) \(Machine.boot)".utf8, 0), radix: 16)

    /// Removes those that nobody goes on with.
    static func sweep(_ runs: Path) { for folder in left(runs) { folder.removeTree() } }

    /// Those that nobody goes on with.
    static func left(_ runs: Path) -> [Path] {
        ((try? runs.names()) ?? []).filter { $0.starts(with: prefix.utf8) && isLeft($0, runs / $0) }.map { runs / $0 }
    }

    /// Seconds after which a folder of another host, or of an earlier boot, is no longer being made.
    private static let patience = 86400.0

    private static func isLeft(_ name: [UInt8], _ folder: Path) -> Bool {
        let fields = name.split(separator: UInt8(ascii: "-"))
        guard fields.count >= 5, let start = decimal(fields[fields.count - 1]), let pid = decimal(fields[fields.count - 2]).flatMap({ Int32(exactly: $0) }),
              fields[fields.count - 3].elementsEqual(machine.utf8) else {
            guard let info = folder.status(followingLinks: false) else { return false }
            return Clock.now - Double(info.st_mtim.tv_sec) > patience
        }
        return !ProcessIdentity.isAlive(pid: pid, startTime: start)
    }
}

extension RunDirectory {
    /// Removes what killed processes had begun to make below a state folder, and the cgroups of runs without a supervisor.
    /// - Parameter ends: also ends the processes in those.
    public static func removeUnfinished(state: String, ends: Bool) {
        let runs = Path(runsFolder(state: state))
        UnfinishedRun.sweep(runs)
        MemoryGroups.sweep(runs, ends: ends)
    }
}
