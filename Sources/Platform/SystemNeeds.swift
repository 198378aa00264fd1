import Glibc

/// What a program needs of the system before it starts: without it, Swift's own threads wait for ever, and libraries trap.
package enum SystemNeeds {
    /// Files that may be open at once, at least: pipes, a listing, three connections and the threads' wake-ups, with some to spare.
    package static let descriptors = 64
    /// Threads besides the first: Swift's own, one for each core, and those that wait for streams and signals.
    package static var threads: Int { ResourceLimit.cores + fewThreads }

    private static let fewThreads = 8
    /// With so many allowed, one for each core is no question, and trying costs time.
    private static let plenty = 4096

    /// - Parameter raised: how far the limit of open files is raised where the system lets it; further, some programs that are started
    ///   walk through all numbers up to it.
    /// - Returns: what is missing, with what to do, as a message; `nil` if nothing is.
    package static func shortage(raised: Int = descriptors) -> String? {
        let files = ResourceLimit.openFiles(raisedTo: raised)
        guard files.now >= descriptors else {
            return "cannot start: \(descriptors) open files are needed, and the limit is \(files.now); raise it (ulimit -n \(descriptors))"
        }
        let limit = ResourceLimit.processesRaised
        let needed = limit.map { $0 < plenty } ?? false ? threads : fewThreads
        let got = startable(needed)
        guard got < needed else { return nil }
        let known = limit.map { "; the limit of this user's processes and threads is \($0)" } ?? ""
        return "cannot start: \(needed) threads are needed, and the system gives \(got)\(known); "
            + "raise it (ulimit -u) by \(needed - got) or more, or end other programs"
    }

    /// How many of `count` threads can live at once.
    private static func startable(_ count: Int) -> Int {
        guard let gate = DescriptorIO.pipe() else { return 0 }
        defer { close(gate.reading) }
        var threads: [SystemThread] = []
        while threads.count < count {
            // Each ends when the pipe closes.
            guard let thread = try? SystemThread.joinable(stack: 64 << 10, { _ = DescriptorIO.read(gate.reading, limit: 1) }) else { break }
            threads.append(thread)
        }
        close(gate.writing)
        for thread in threads { thread.join() }
        return threads.count
    }
}
