import CFleet
import Glibc

/// A child whose output is read as it comes, so that it never waits for a full pipe; its end is kept, and a bounded
/// beginning goes into a log.
struct ChildOutput {
    let pid: Int32
    /// Why it could not be started, or 0.
    let error: Int32
    /// The last bytes it wrote, at most ``FileRecord/outputKept``.
    private(set) var tail: [UInt8] = []
    private let log: File
    private var logLeft: Int
    private let reading: Int32
    private let pidDescriptor: Int32

    init(log: File, title: String, logged: Int, _ start: (Int32) -> (pid: pid_t, error: Int32)) throws(FleetError) {
        var ends: [Int32] = [-1, -1]
        if cfleet_pipe(&ends) != 0 { throw .system("make a pipe") }
        self.log = log
        logLeft = logged
        reading = ends[0]
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        (pid, error) = start(ends[1])
        close(ends[1])
        pidDescriptor = error == 0 ? cfleet_pidfd_open(pid) : -1
        if error != 0 {
            close(reading)
        } else {
            // A log that cannot be written loses no result.
            try? log.write(Array("== \(title)\n".utf8))
        }
    }

    /// Waits for the child's end and ends its group. What others still hold of the pipe is not waited for.
    mutating func finish() -> Death {
        var isOpen = true
        while !hasEnded() {
            var waiting = [pollfd(fd: isOpen ? reading : -1, events: Int16(POLLIN), revents: 0),
                           pollfd(fd: pidDescriptor, events: Int16(POLLIN), revents: 0)]
            // Without a pidfd (kernels before 5.3) the end is looked for now and then.
            _ = poll(&waiting, 2, pidDescriptor >= 0 ? -1 : 20)
            if isOpen { isOpen = drain() }
        }
        kill(-pid, SIGKILL)
        let death = Death(of: pid)
        if isOpen { _ = drain() }
        close(reading)
        if pidDescriptor >= 0 { close(pidDescriptor) }
        tail = Array(tail.suffix(FileRecord.outputKept))
        return death
    }

    private func hasEnded() -> Bool {
        if pidDescriptor >= 0 {
            var ended = pollfd(fd: pidDescriptor, events: Int16(POLLIN), revents: 0)
            return poll(&ended, 1, 0) > 0
        }
        return ProcessFields(pid: pid).map { $0.state == UInt8(ascii: "Z") } ?? true
    }

    /// Reads what is there.
    /// - Returns: whether more may come.
    private mutating func drain() -> Bool {
        // Bounded: a program that writes without end must not keep this from seeing its own.
        for _ in 0..<64 {
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, filled in
                let got = retryingInterrupts { read(reading, buffer.baseAddress, 65536) }
                failure = got < 0 ? errno : 0
                filled = max(0, got)
            }
            if chunk.isEmpty { return failure == EAGAIN }
            keep(chunk)
        }
        return true
    }

    private mutating func keep(_ chunk: [UInt8]) {
        tail += chunk
        if tail.count > 4 * FileRecord.outputKept { tail.removeFirst(tail.count - FileRecord.outputKept) }
        guard logLeft > 0 else { return }
        try? log.write(Array(chunk.prefix(logLeft)))
        logLeft -= chunk.count
        if logLeft <= 0 { try? log.write(Array("\n== the rest of the output is left out\n".utf8)) }
    }
}
