import CFleet
import Glibc
import Platform

/// A child whose output is read as it comes, so that it never waits for a full pipe; its end is kept, and a bounded
/// beginning goes into a log.
struct ChildOutput {
    let pid: Int32
    /// The last bytes it wrote, at most ``FileRecord/outputKept``.
    private(set) var tail: [UInt8] = []
    private let log: File
    private var logLeft: Int
    private var stream: RedactedStream
    private let reading: Int32
    private let pidDescriptor: Int32

    /// - Parameters:
    ///   - redaction: takes out what must not be stored.
    ///   - start: starts the child with the pipe's writing end, which it is given.
    /// - Throws: what `start` throws, or ``FleetError``.
    init(log: File, title: String, logged: Int, redaction: Redaction, _ start: (Int32) throws(FleetError) -> pid_t) throws(FleetError) {
        guard let pipe = DescriptorIO.pipe() else { throw .system("make a pipe") }
        self.log = log
        logLeft = logged
        stream = RedactedStream(redaction)
        reading = pipe.reading
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        defer { close(pipe.writing) }
        do {
            pid = try start(pipe.writing)
        } catch {
            close(pipe.reading)
            throw error
        }
        pidDescriptor = cfleet_pidfd_open(pid)
        // A log that cannot be written loses no result.
        try? log.write(Array("== \(title)\n".utf8))
    }

    /// Waits for the child's end and ends its group. What others still hold of the pipe is not waited for.
    mutating func finish() -> TerminationStatus {
        var isOpen = true
        while !hasEnded() {
            var waiting = [pollfd(fd: isOpen ? reading : -1, events: Int16(POLLIN), revents: 0),
                           pollfd(fd: pidDescriptor, events: Int16(POLLIN), revents: 0)]
            // Without a pidfd (kernels before 5.3) the end is looked for now and then.
            _ = poll(&waiting, 2, pidDescriptor >= 0 ? -1 : 20)
            if isOpen { isOpen = drain() }
        }
        kill(-pid, SIGKILL)
        let status = TerminationStatus(of: pid)
        if isOpen { _ = drain() }
        keep(stream.finish())
        close(reading)
        if pidDescriptor >= 0 { close(pidDescriptor) }
        tail = Array(tail.suffix(FileRecord.outputKept))
        return status
    }

    private func hasEnded() -> Bool {
        if pidDescriptor >= 0 { return DescriptorIO.isReadable(pidDescriptor) }
        return ProcessFields(pid: pid).map { $0.state == UInt8(ascii: "Z") } ?? true
    }

    /// Reads what is there.
    /// - Returns: whether more may come.
    private mutating func drain() -> Bool {
        // Bounded: a program that writes without end must not keep this from seeing its own.
        for _ in 0..<64 {
            guard let chunk = DescriptorIO.read(reading, limit: 65536) else { return errno == EAGAIN }
            if chunk.isEmpty { return false }
            keep(stream.add(chunk))
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
