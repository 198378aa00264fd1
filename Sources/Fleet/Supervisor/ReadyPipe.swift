import Glibc
import Platform

/// One end of the pipe through which a new supervisor says that it is ready, or why not.
final class ReadyPipe: Sendable {
    /// The variable with the number of the descriptor.
    static let variable = "SLT_READY_DESCRIPTOR"

    let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func make() throws(FleetError) -> (reading: ReadyPipe, writing: ReadyPipe) {
        guard let pipe = DescriptorIO.pipe() else { throw .system("make a pipe") }
        return (ReadyPipe(pipe.reading), ReadyPipe(pipe.writing))
    }

    /// The writing end in the supervisor; `nil` when it was started by hand. Workers do not get it.
    static func inherited() -> ReadyPipe? {
        guard let text = getenv(variable), let descriptor = Int32(String(cString: text)), descriptor > 2,
              fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
        unsetenv(variable)
        return ReadyPipe(descriptor)
    }

    func write(_ text: String) { _ = DescriptorIO.writeAll(descriptor, Array(text.utf8)) }

    /// The lines that were written: `ok`, or a code and a message. Does not wait for the other end to be closed once they
    /// are whole, since a process started meanwhile may have inherited it.
    func lines(timeout: Double) -> [String] {
        let start = Clock.monotonic
        var answer: [UInt8] = []
        while answer.count < 65536 {
            let left = timeout - Clock.seconds(since: start)
            if left <= 0 { break }
            guard DescriptorIO.isReadable(descriptor, within: Int32(min(left, 3600) * 1000) + 1) else { continue }
            guard let some = DescriptorIO.read(descriptor, limit: 4096), !some.isEmpty else { break }
            answer += some
            if answer.starts(with: "ok\n".utf8) || answer.count(where: { $0 == UInt8(ascii: "\n") }) >= 2 { break }
        }
        return answer.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}
