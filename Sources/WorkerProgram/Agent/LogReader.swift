import AgentProtocol
import Fleet
import Glibc
import Platform
import Wire

/// Sends a log from near its end, and goes on with what is added while the run lives.
struct LogReader {
    let directory: RunDirectory
    let request: LogRequest
    let exchange: Exchange

    private static let chunk = 64 << 10

    func run() async throws {
        let path = directory.logPath(worker: request.worker)
        var offset: Int?
        while true {
            let isLive = try directory.isSupervised()
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 {
                defer { close(descriptor) }
                let end = Int(lseek(descriptor, 0, SEEK_END))
                let start = offset ?? max(0, end - max(0, request.tail))
                offset = try await send(descriptor, from: start, to: request.follow ? .max : end)
            } else if !request.follow || !isLive {
                let who = request.worker.map { "worker \($0)" } ?? "the supervisor"
                throw WireFault(.request, "run \(directory.spec.id) has no log of \(who): \(ErrorText.of())")
            }
            guard request.follow, isLive else { return }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// - Parameter end: what is written behind it meanwhile is not sent: of a log that grows there would be no end.
    private func send(_ descriptor: Int32, from start: Int, to end: Int) async throws -> Int {
        var offset = start
        while true {
            let wanted = min(Self.chunk, max(0, end - offset))
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
                count = max(0, pread(descriptor, buffer.baseAddress, wanted, off_t(offset)))
            }
            if bytes.isEmpty { return offset }
            try await exchange.send(bytes)
            offset += bytes.count
        }
    }
}
