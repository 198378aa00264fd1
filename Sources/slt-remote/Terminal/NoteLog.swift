import Logging
import Platform
import RemoteKit

/// What the layers below want the user to know although the work goes on: one line on stderr each.
struct NoteLog: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { Terminal.shared.say("slt-remote: \(SafeText.line("\(event.message)", limit: 2000))") }
}
