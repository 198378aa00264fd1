import Platform
import Synchronization

/// What a build prints, without secrets. The end of it may be asked for while another task still adds.
final class BuildOutput: Sendable {
    private let stream: Mutex<RedactedStream>

    init(_ stream: RedactedStream) { self.stream = Mutex(stream) }

    func add(_ bytes: [UInt8]) -> [UInt8] { stream.withLock { $0.add(bytes) } }
    func finish() -> [UInt8] { stream.withLock { $0.finish() } }
}
