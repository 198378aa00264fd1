import Glibc
import Platform

extension FleetRun {
    /// Starts a worker in a slot that has none.
    mutating func start(_ number: Int) throws(FleetError) {
        // What the last worker of the slot left unfinished would stand before what this one says.
        try feeds[number]?.cut()
        let log = try File(layout.workerLog(number), O_WRONLY | O_CREAT | O_APPEND)
        let pipe = redaction.isEmpty ? nil : try WorkerLog.pipe(to: log, redaction)
        defer { pipe?.closeWriting() }
        let output = pipe?.writing ?? log.descriptor
        let slot = board.worker(number)
        slot.prepare()
        var worker = WorkerProcess(slot: number, pid: 0, group: groups?.worker(number), logStart: Int(try log.status().st_size))
        worker.killsBefore = worker.group?.outOfMemoryKills ?? 0
        var variables = [(name: Worker.supervisorVariable, value: Array("\(getpid())".utf8)), (Leftovers.variable, layout.root.bytes)]
        if let group = worker.group { variables.append((Worker.groupVariable, group.folder.bytes)) }
        let program = ChildProcess(
            [executable.bytes, Array("work".utf8), layout.root.bytes, Array("--slot".utf8), Array("\(number)".utf8)]
                + (role.isElement ? [Array("--node".utf8), Array(layout.own.name)] : []),
            environment: ChildProcess.environment(changing: variables), directory: Array("/".utf8),
            descriptors: [(0, .null), (1, .descriptor(output)), (2, .descriptor(output))])
        do {
            worker.pid = try program.start()
        } catch {
            throw FleetError(.startFailed, "cannot start a worker: \(executable.text): \(error.text)")
        }
        logs[number] = pipe?.log
        slot.started(pid: worker.pid, startTime: ProcessIdentity.startTime(of: worker.pid) ?? 0)
        try handle(.workerStarted(worker))
        try events.append(RunEvent(kind: .workerStarted, time: Clock.now, worker: number, pid: worker.pid))
    }
}
