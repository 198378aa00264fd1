import CFleet
import Glibc

/// One end of the pipe through which a new supervisor says that it is ready, or why not.
final class ReadyPipe: Sendable {
    /// The variable with the number of the descriptor.
    static let variable = "SLT_READY_DESCRIPTOR"

    let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func make() throws(FleetError) -> (reading: ReadyPipe, writing: ReadyPipe) {
        var ends: [Int32] = [-1, -1]
        if cfleet_pipe(&ends) != 0 { throw .system("make a pipe") }
        return (ReadyPipe(ends[0]), ReadyPipe(ends[1]))
    }

    /// The writing end in the supervisor; `nil` when it was started by hand. Workers do not get it.
    static func inherited() -> ReadyPipe? {
        guard let text = getenv(variable), let descriptor = Int32(String(cString: text)), descriptor > 2,
              fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
        unsetenv(variable)
        return ReadyPipe(descriptor)
    }

    func say(_ text: String) {
        let bytes = Array(text.utf8)
        _ = retryingInterrupts { write(descriptor, bytes, bytes.count) }
    }

    /// The lines that were said: `ok`, or a code and a message. Does not wait for the other end to be closed once they
    /// are whole, since a process started meanwhile may have inherited it.
    func hear(patience: Double) -> [String] {
        let start = Clock.monotonic
        var heard: [UInt8] = []
        while heard.count < 65536 {
            let left = patience - Clock.seconds(since: start)
            if left <= 0 { break }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&wanted, 1, Int32(min(left, 3600) * 1000) + 1) <= 0 { continue }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let got = retryingInterrupts { read(descriptor, &buffer, buffer.count) }
            if got <= 0 { break }
            heard += buffer[..<got]
            if heard.starts(with: "ok\n".utf8) || heard.count(where: { $0 == UInt8(ascii: "\n") }) >= 2 { break }
        }
        return heard.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}
