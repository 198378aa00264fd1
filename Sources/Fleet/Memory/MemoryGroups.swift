import Glibc

/// The cgroups of a run: below the one that its supervisor was started in, `slt-RUN`, with a group for each worker. They
/// hold a worker to its memory with all that it starts, whatever that does.
///
/// A group that has processes can give its children no controller (cgroup-v2.rst, "No Internal Process Constraint"; a root
/// can), so all that are there move into `slt-RUN/supervisor` for as long as the run lasts.
struct MemoryGroups {
    private static let prefix = "slt-", keeperName = "supervisor", workerPrefix = "worker-"

    private let home: ControlGroup
    private let run: ControlGroup
    /// Bytes of a worker.
    private let limit: Int
    /// Where the groups of the run are written down, for whoever finds them without a supervisor.
    private let note: Path

    /// Where this process may make groups, if anywhere: what was started from within another run has its groups beside
    /// that one's.
    static var home: ControlGroup? { ControlGroup.own().map { home(of: $0) } }

    static func home(of group: ControlGroup) -> ControlGroup {
        let parent = group.folder.parent
        let isKeeper = group.folder.name.elementsEqual(keeperName.utf8) && parent.name.starts(with: prefix.utf8)
        return isKeeper ? ControlGroup(folder: parent.parent) : group
    }

    /// - Returns: nil where nothing is delegated, or a step is refused; all is as it was then.
    init?(_ spec: RunSpec, _ layout: RunLayout, in home: ControlGroup? = MemoryGroups.home) {
        guard let limit = spec.memoryLimit, let home, home.isDelegated else { return nil }
        self.home = home
        self.limit = limit
        // Two elements of a cluster's job may be on one machine.
        run = home.child(MemoryGroups.prefix + spec.id + (layout.own == layout.root ? "" : "-" + layout.own.nameText))
        note = layout.controlGroup
        let isShared = home.givesMemory
        // Written first: what cannot be found again is not made.
        let text = run.folder.bytes + Array((isShared ? "\n" : "\nmemory\n").utf8)
        guard (try? note.replace(with: text)) != nil, run.make(), isShared || enable(), run.set("cgroup.subtree_control", "+memory"), worker(0) != nil else {
            remove()
            return nil
        }
    }

    private func enable() -> Bool {
        if home.set("cgroup.subtree_control", "+memory") { return true }
        let keeper = run.child(MemoryGroups.keeperName)
        guard keeper.make() else { return false }
        // More than once: they start others meanwhile.
        for _ in 0..<5 {
            for pid in home.processes { keeper.add(pid) }
            if home.set("cgroup.subtree_control", "+memory") { return true }
        }
        return false
    }

    /// The group of a worker, made when it is first asked for; nil if it cannot be held to its limit.
    func worker(_ slot: Int) -> ControlGroup? {
        let group = run.child(MemoryGroups.workerPrefix + "\(slot)")
        guard group.make(), group.set("memory.max", "\(limit)") else { return nil }
        // Where the kernel does not count swap, or is older than 4.19, the limit holds without them.
        group.set("memory.swap.max", "0")
        group.set("memory.oom.group", "1")
        return group
    }

    /// Ends what is left of the workers, and takes the groups away.
    func remove() {
        MemoryGroups.remove(note, ends: true)
        // A run that ended before this one may have left what this one still needed.
        MemoryGroups.sweep(note.parent.parent, ends: false)
    }

    /// Takes away the groups of runs that have no supervisor.
    /// - Parameter ends: also ends the processes in them.
    static func sweep(_ runs: Path, ends: Bool) {
        for name in (try? runs.names()) ?? [] {
            let layout = RunLayout(root: runs / name)
            // Who holds the lock cannot lose its groups, nor start meanwhile.
            guard layout.controlGroup.exists, let lock = try? File(layout.supervisorLock, O_RDWR), (try? lock.tryLock()) == true else { continue }
            withExtendedLifetime(lock) { remove(layout.controlGroup, ends: ends) }
        }
    }

    /// - Parameter note: the file in a run's directory, if it has groups; gone when they are.
    static func remove(_ note: Path, ends: Bool) {
        guard let lines = note.kernelText()?.split(separator: 0x0A), let first = lines.first else { return }
        let run = ControlGroup(folder: Path(Array(first)))
        let workers = ((try? run.folder.names()) ?? []).filter { $0.starts(with: workerPrefix.utf8) }.map { ControlGroup(folder: run.folder / $0) }
        if ends { for worker in workers { worker.end() } }
        for worker in workers { worker.remove() }
        // The others go back to where they came from, which can have them when it gives its children nothing any more;
        // another run may still need that.
        let keeper = run.child(keeperName), home = ControlGroup(folder: run.folder.parent)
        run.set("cgroup.subtree_control", "-memory")
        if lines.count > 1 { home.set("cgroup.subtree_control", "-memory") }
        for pid in keeper.processes { home.add(pid) }
        keeper.remove()
        run.remove()
        if !run.folder.exists { note.unlink() }
    }
}
