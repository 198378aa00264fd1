import Logging
import Platform
import RemoteKit

/// The log of `--verbose`, on stderr. What servers say is in it, so it goes through the terminal as everything does.
struct TerminalLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        Terminal.shared.say(SafeText.line("\(event.level): \(event.message)\(all)", limit: 4000))
    }
}
