import CFleet
import Glibc

/// The process that keeps a run going, in a session of its own: a client that goes away changes nothing.
public enum Supervisor {
    /// The whole of `slt-worker supervise RUNDIR`: returns the exit code, 0 when the run ended as it should (whatever
    /// its files came to). Blocks the calling thread, which must be one that lives as long as the process: the main one.
    ///
    /// - Parameter executable: absolute path of the program to start as `executable work RUNDIR --slot K`.
    public static func main(runDirectory: String, executable: String) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        var ready = ReadyPipe.inherited()
        do {
            let directory = try RunDirectory.open(path: runDirectory)
            let program = Path(executable).absolute
            guard program.withCString({ access($0, X_OK) }) == 0 else {
                throw FleetError(.startFailed, "cannot start workers: \(program.text): \(describe(errno))")
            }
            // Held for life: the lock is how everyone knows that the run has a supervisor.
            let lock = try File(directory.layout.supervisorLock, O_RDWR)
            guard try lock.tryLock() else {
                throw FleetError(.alreadyRunning, "cannot supervise the run \(directory.spec.id): it has a supervisor; attach to it")
            }
            _ = cfleet_adopt_orphans()
            var run = try FleetRun(directory, executable: program)
            ready?.say("ok\n")
            ready = nil
            let summary = try run.run()
            // Never closed here: who finds the lock free must find this process gone, too.
            _ = Unmanaged.passRetained(lock)
            return summary.error == nil ? 0 : 1
        } catch {
            let message = (error as? FleetError)?.message ?? "\(error)"
            print(error: message)
            ready?.say("\((error as? FleetError)?.code.rawValue ?? "system")\n\(message)\n")
            return 1
        }
    }

    /// Starts `executable supervise RUNDIR` in a session of its own and waits until it has taken over the run: its
    /// lock is held and the directory is in order. Resumes a run that was interrupted, stopped or out of time; the time
    /// budget begins anew. Blocks the calling thread, usually for a few milliseconds.
    ///
    /// - Parameters:
    ///   - environment: variables on top of this process's, for the supervisor and its workers.
    ///   - patience: the most seconds to wait.
    /// - Returns: the supervisor's pid.
    /// - Throws: ``FleetError``: the supervisor's own words (`alreadyRunning`, `alreadyFinished`, `system`, …), or
    ///   `startFailed`.
    @discardableResult
    public static func launch(runDirectory: RunDirectory, executable: String, environment: [String: String] = [:],
                              patience: Double = 30) throws(FleetError) -> Int32 {
        let layout = runDirectory.layout
        let log = try File(layout.supervisorLog, O_WRONLY | O_CREAT | O_APPEND)
        let null = try File(Path("/dev/null"), O_RDONLY)
        let (reading, pid, error) = try spawn(layout, executable, environment, input: null, output: log)
        guard error == 0 else { throw FleetError(.startFailed, "cannot start the supervisor: \(executable): \(describe(error))") }
        reapLater(pid)
        let answer = reading.hear(patience: patience)
        if answer.first == "ok" { return pid }
        if answer.count >= 2 { throw FleetError(FleetError.Code(rawValue: answer[0]) ?? .startFailed, answer[1]) }
        throw FleetError(.startFailed, "cannot start the supervisor: it said nothing; see \(layout.supervisorLog.text)")
    }

    /// This process's writing end is closed when this returns, so that the reader sees the end of the supervisor's.
    private static func spawn(_ layout: RunLayout, _ executable: String, _ variables: [String: String], input: File,
                              output: File) throws(FleetError) -> (reading: ReadyPipe, pid: Int32, error: Int32) {
        let (reading, writing) = try ReadyPipe.make()
        let spawn = Spawn(
            arguments: [Path(executable).absolute.bytes, Array("supervise".utf8), layout.root.bytes],
            environment: Spawn.environment(changing: variables.map { ($0.key, Array($0.value.utf8)) } + [(ReadyPipe.variable, Array("3".utf8))]),
            group: .newSession, directory: Path("/"),
            descriptors: [(input.descriptor, 0), (output.descriptor, 1), (output.descriptor, 2), (writing.descriptor, 3)])
        let (pid, error) = spawn.start()
        return (reading, pid, error)
    }

    /// A supervisor that ends before the process that started it must not stay as a zombie.
    private static func reapLater(_ pid: Int32) {
        var thread = pthread_t()
        let argument = UnsafeMutableRawPointer(bitPattern: Int(pid))
        guard pthread_create(&thread, nil, { argument in
            let pid = Int32(truncatingIfNeeded: Int(bitPattern: argument))
            retryingInterrupts { waitpid(pid, nil, 0) }
            return nil
        }, argument) == 0 else { return }
        pthread_detach(thread)
    }
}
