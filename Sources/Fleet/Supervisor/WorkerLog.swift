import Glibc
import Platform

/// What a worker prints, on its way through the supervisor into its log: secrets are taken out before anything is stored. A worker that is killed
/// leaves its last words in the pipe, where they are found.
final class WorkerLog {
    private let reading: Int32
    private let log: File
    private var stream: RedactedStream

    /// The supervisor looks in ten times a second; what is printed meanwhile has to have room.
    private static let capacity: Int32 = 1 << 20
    /// `F_SETPIPE_SZ`, which Glibc's module leaves out.
    private static let setCapacity: Int32 = 1031

    private init(reading: Int32, log: File, redaction: Redaction) {
        self.reading = reading
        self.log = log
        stream = RedactedStream(redaction)
    }

    deinit { close(reading) }

    /// The end that a worker gets, and the log behind it.
    struct Pipe {
        let log: WorkerLog
        let writing: Int32
        func closeWriting() { close(writing) }
    }

    static func pipe(to log: File, _ redaction: Redaction) throws(FleetError) -> Pipe {
        guard let pipe = DescriptorIO.pipe() else { throw .system("make a pipe") }
        _ = fcntl(pipe.reading, F_SETFL, O_NONBLOCK)
        _ = fcntl(pipe.writing, setCapacity, capacity)
        return Pipe(log: WorkerLog(reading: pipe.reading, log: log, redaction: redaction), writing: pipe.writing)
    }

    /// Writes what is there. A log that cannot be written loses no result.
    func drain() {
        // Bounded: a worker that prints without end must not keep the supervisor from the others.
        for _ in 0..<64 {
            guard let piece = DescriptorIO.read(reading, limit: 64 << 10), !piece.isEmpty else { return }
            try? log.write(stream.add(piece))
        }
    }

    /// The worker has ended.
    func finish() {
        drain()
        try? log.write(stream.finish())
    }
}
