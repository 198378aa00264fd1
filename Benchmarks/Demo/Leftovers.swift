import FoundationEssentials
import Glibc

/// A fleet outlives its client on purpose; after an interruption it has to be ended.
enum Leftovers {
    /// Kills every process whose program lies below `folder`, which only the demonstration's own do.
    /// - Returns: how many there were.
    static func end(below folder: String) -> Int {
        var ended = Set<pid_t>()
        // A supervisor may replace a worker between a look and its own end.
        for _ in 0..<200 {
            let found = processes(below: folder)
            if found.isEmpty { break }
            found.forEach { kill($0, SIGKILL) }
            ended.formUnion(found)
            usleep(10_000)
        }
        return ended.count
    }

    private static func processes(below folder: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name -> pid_t? in
            guard let pid = pid_t(name),
                  let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/exe") else { return nil }
            return program.hasPrefix(folder + "/") ? pid : nil
        }
    }
}
