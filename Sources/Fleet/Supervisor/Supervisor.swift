import CFleet
import Glibc
import Platform

/// The process that keeps a run going, in a session of its own: a client that goes away changes nothing.
public enum Supervisor {
    /// The whole of `slt-worker supervise RUNDIR`: returns the exit code, 0 when the run ended as it should (whatever
    /// its files came to). Blocks the calling thread, which must be one that lives as long as the process: the main one.
    ///
    /// - Parameters:
    ///   - executable: absolute path of the program to start as `executable work RUNDIR --slot K`.
    ///   - element: of an array job that this process is; `nil` for the supervisor of a whole run.
    ///   - memory: what earlier runs have shown; only called where the run may use it.
    public static func main(runDirectory: String, executable: String, element: ArrayElement? = nil, memory: (RunDirectory) -> (any VerdictMemory)? = { _ in nil }) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        Signals.block(FleetRun.signals)
        var ready = ReadyPipe.inherited()
        InheritedLock.keep()
        do {
            let whole = try RunDirectory.open(path: runDirectory)
            let program = Path(executable).absolute
            guard program.withCString({ access($0, X_OK) }) == 0 else {
                throw FleetError(.startFailed, "cannot start workers: \(program.text): \(ErrorText.of(errno))")
            }
            if let element { return try supervise(element, of: whole, program) }
            return try supervise(whole, program, memory) {
                ready?.write("ok\n")
                ready = nil
            }
        } catch {
            let message = (error as? FleetError)?.message ?? "\(error)"
            print(error: message)
            ready?.write("\((error as? FleetError)?.code.rawValue ?? "system")\n\(message)\n")
            return 1
        }
    }

    private static func supervise(_ directory: RunDirectory, _ program: Path, _ memory: (RunDirectory) -> (any VerdictMemory)?, isReady: () -> Void) throws -> Int32 {
        // Held for life: the lock is how everyone knows that the run has a supervisor.
        let lock = try File(directory.layout.runLock, O_RDWR)
        guard try lock.tryLock() else {
            throw FleetError(.alreadyRunning, "cannot supervise the run \(directory.spec.id): it has a supervisor; attach to it")
        }
        _ = cfleet_adopt_orphans()
        let role: FleetRole = directory.spec.slurm == nil ? .host : .cluster(isNew: !directory.hasJobs)
        var run = try FleetRun(directory, executable: program, role: role, memory: directory.spec.cached == nil ? nil : memory(directory.withSecrets(moves: false)))
        try run.handOver()
        isReady()
        let summary = try run.run()
        // Never closed here: who finds the lock free must find this process gone, too.
        _ = Unmanaged.passRetained(lock)
        return summary.error == nil ? 0 : 1
    }

    /// One element of a cluster's job. The last one to leave ends the run where nobody else looks after it.
    private static func supervise(_ element: ArrayElement, of whole: RunDirectory, _ program: Path) throws -> Int32 {
        let note = try element.note(cores: whole.spec.slurm?.cores ?? 1)
        // What waits until the run is over, or is wanted no more, has nothing to do.
        if whole.layout.summary.exists || whole.layout.leave(note.element).exists { return 0 }
        let node = try NodeFolder.make(whole.layout, note)
        let lock = try File(node.layout.supervisorLock, O_RDWR)
        guard try lock.tryLock() else { throw FleetError(.alreadyRunning, "cannot begin element \(node.name): its folder has a supervisor") }
        try whole.begin()
        _ = cfleet_adopt_orphans()
        let directory = try RunDirectory.open(path: whole.path, node: node.name)
        var run = try FleetRun(directory, executable: program, role: .element)
        let summary = try run.run()
        if run.wantsToMove, let job = node.note.job {
            // Slurm ends this process, and starts the element again where there is room.
            _ = try? SlurmTool.run(["scontrol", "requeue", job])
        } else if run.isComplete || whole.stopRequest != nil {
            try sealIfLast(whole, node, lock, program)
        }
        _ = Unmanaged.passRetained(lock)
        return summary.error == nil ? 0 : 1
    }

    private static func sealIfLast(_ directory: RunDirectory, _ node: NodeFolder, _ own: File, _ program: Path) throws {
        // In this order: of two that leave together one finds the other gone.
        own.unlock()
        let lock = try File(directory.layout.runLock, O_RDWR)
        guard try lock.tryLock() else { return }
        _ = Unmanaged.passRetained(lock)
        guard directory.hasJobs, !NodeFolder.all(directory.layout).contains(where: { $0.name != node.name && $0.isAtWork }) else { return }
        var run = try FleetRun(directory, executable: program, role: .cluster(isNew: false))
        try run.countResults()
        if let request = directory.stopRequest { try run.handle(.stopRequested(request, now: Clock.monotonic)) }
        if run.isComplete || directory.stopRequest != nil { _ = try run.finish() }
    }

    /// Starts `executable supervise RUNDIR` in a session of its own and waits until it has taken over the run: its
    /// lock is held and the directory is in order. Resumes a run that was interrupted, stopped or out of time; the time
    /// budget begins anew. Blocks the calling thread, usually for a few milliseconds.
    ///
    /// - Parameters:
    ///   - environment: variables on top of this process's, for the supervisor and its workers.
    ///   - lock: the workspace's, which the supervisor holds for the run's life.
    ///   - patience: the most seconds to wait.
    /// - Returns: the supervisor's pid.
    /// - Throws: ``FleetError``: the supervisor's own words (`alreadyRunning`, `alreadyFinished`, `system`, …), or
    ///   `startFailed`.
    @discardableResult
    public static func launch(runDirectory: RunDirectory, executable: String, environment: [String: String] = [:], lock: WorkspaceLock? = nil,
                              patience: Double = 30) throws(FleetError) -> Int32 {
        let layout = runDirectory.layout
        let log = try File(layout.supervisorLog, O_WRONLY | O_CREAT | O_APPEND)
        let (reading, pid) = try spawn(layout, executable, environment, output: log, lock)
        reapLater(pid)
        let answer = reading.lines(timeout: patience)
        if answer.first == "ok" {
            lock?.hand(to: runDirectory.spec, pid: pid)
            return pid
        }
        if answer.count >= 2 { throw FleetError(FleetError.Code(rawValue: answer[0]) ?? .startFailed, answer[1]) }
        throw FleetError(.startFailed, "cannot start the supervisor: it gave no reason; see \(layout.supervisorLog.text)")
    }

    /// This process's writing end is closed when this returns, so that the reader sees the end of the supervisor's.
    private static func spawn(_ layout: RunLayout, _ executable: String, _ variables: [String: String], output: File,
                              _ lock: WorkspaceLock?) throws(FleetError) -> (reading: ReadyPipe, pid: Int32) {
        let (reading, writing) = try ReadyPipe.make()
        var variables = variables.map { ($0.key, Array($0.value.utf8)) } + [(ReadyPipe.variable, Array("3".utf8))]
        var descriptors: [(to: Int32, from: ChildProcess.Source)] = [
            (0, .null), (1, .descriptor(output.descriptor)), (2, .descriptor(output.descriptor)), (3, .descriptor(writing.descriptor)),
        ]
        if let lock {
            variables.append((InheritedLock.variable, Array("4".utf8)))
            descriptors.append((4, .descriptor(lock.shared())))
        }
        let program = ChildProcess(
            [Path(executable).absolute.bytes, Array("supervise".utf8), layout.root.bytes],
            environment: ChildProcess.environment(changing: variables.map { (name: $0.0, value: $0.1) }),
            group: .newSession, directory: Array("/".utf8), descriptors: descriptors)
        do {
            return (reading, try program.start())
        } catch {
            throw FleetError(.startFailed, "cannot start the supervisor: \(executable): \(error.text)")
        }
    }

    /// A supervisor that ends before the process that started it must not stay as a zombie.
    private static func reapLater(_ pid: Int32) {
        // Without a thread it stays one until this process ends.
        _ = try? SystemThread.start { _ = ProcessTermination.wait(for: pid) }
    }
}
