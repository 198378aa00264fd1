import Logging
import Synchronization

/// A logger that keeps its warnings.
final class NoteCollector: Sendable {
    private let kept = Mutex<[String]>([])
    var notes: [String] { kept.withLock { $0 } }
    var logger: Logger { Logger(label: "notes") { _ in Handler(collector: self) } }

    private struct Handler: LogHandler {
        let collector: NoteCollector
        var logLevel = Logger.Level.warning
        var metadata = Logger.Metadata()

        init(collector: NoteCollector) { self.collector = collector }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { collector.kept.withLock { $0.append("\(event.message)") } }
    }
}
