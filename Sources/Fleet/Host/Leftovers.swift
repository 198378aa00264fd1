import CFleet
import Glibc

/// A process that a run has left behind: it belongs to a run of this state folder that has no supervisor.
public struct Leftover: Codable, Sendable, Equatable {
    /// Its process.
    public var pid: Int32
    /// In clock ticks since boot: another process with this pid has another one.
    public var startTime: UInt64
    /// The run.
    public var run: String
    /// Its command line, for people, cut.
    public var command: String
    /// Resident bytes.
    public var rss: Int
}

/// Finds processes of older runs. Every worker, and whatever it starts, has the run directory in its environment, so
/// that they are known whatever became of their parents, groups and sessions. Only this user's can be seen.
public enum Leftovers {
    static let variable = "SLT_RUN_DIRECTORY"

    /// - Parameter state: the folder of agents and runs.
    public static func find(state: String) throws(FleetError) -> [Leftover] {
        let runs = RunDirectory.runsFolder(state: state)
        let mark = Array((variable + "=" + runs + "/").utf8)
        var live: [String: Bool] = [:]
        var found: [Leftover] = []
        for name in try Path("/proc").names() {
            guard let pid = decimal(name).flatMap({ Int32(exactly: $0) }), pid != getpid(), let fields = ProcessFields(pid: pid),
                  fields.state != UInt8(ascii: "Z"), let run = run(of: pid, mark) else { continue }
            if live[run] == nil { live[run] = try (try? RunDirectory.open(state: state, id: run))?.isSupervised() ?? false }
            if live[run] == true { continue }
            let command = (Path("/proc/\(pid)/cmdline").kernelText(limit: 4096) ?? []).map { $0 == 0 ? 0x20 : $0 }
            found.append(Leftover(pid: pid, startTime: fields.startTime, run: run, command: String(decoding: command.prefix(300), as: UTF8.self),
                                  rss: fields.resident))
        }
        return found.sorted { $0.pid < $1.pid }
    }

    private static func run(of pid: Int32, _ mark: [UInt8]) -> String? {
        guard let environment = Path("/proc/\(pid)/environ").kernelText() else { return nil }
        for entry in environment.split(separator: 0) where entry.starts(with: mark) {
            let run = String(decoding: entry.dropFirst(mark.count), as: UTF8.self)
            return RunSpec.isValid(id: run) ? run : nil
        }
        return nil
    }

    /// Ends those that still are what they were when they were found.
    /// - Returns: how many were ended.
    public static func end(_ leftovers: [Leftover]) -> Int {
        leftovers.count { leftover in
            // The descriptor first: what it stands for cannot become another process after the check.
            let descriptor = cfleet_pidfd_open(leftover.pid)
            defer { if descriptor >= 0 { close(descriptor) } }
            guard ProcessIdentity.isAlive(pid: leftover.pid, startTime: leftover.startTime) else { return false }
            if descriptor < 0 { return kill(leftover.pid, SIGKILL) == 0 }
            return cfleet_pidfd_kill(descriptor) == 0
        }
    }
}
