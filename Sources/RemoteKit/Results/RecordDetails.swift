import AgentProtocol
import Fleet
import FoundationEssentials

/// What the events of a run leave out and the fetched `records.jsonl` has: all failures of a file, the output of a command, and what
/// several runs of a file came to together.
struct RecordDetails {
    let folder: String

    private var path: String { folder + "/records.jsonl" }

    /// Characters of output that a summary can use.
    private static let outputKept = 4096

    /// How many flaky files are kept for the summary, and how many that were run in parts.
    private static let flakyKept = 50

    /// The first records of files that passed and failed; none that cannot be read.
    func flaky() -> [FileRecord] {
        var found: [FileRecord] = []
        try? RecordLines.forEach(path) { _, line in
            if RecordLine.mayBeFlaky(Array(line)), let record = Self.record(line), record.flaky == true {
                found.append(record)
            }
            return found.count < Self.flakyKept
        }
        return found
    }

    /// The first records of files that were run in parts; none that cannot be read.
    func parted() -> [FileRecord] {
        var found: [FileRecord] = []
        try? RecordLines.forEach(path) { _, line in
            if RecordLine.mayHaveParts(Array(line)), let record = Self.record(line), record.parts != nil { found.append(record) }
            return found.count < Self.flakyKept
        }
        return found
    }

    /// The first files that were kept out, with the reasons.
    func keptOut() -> [KeptOutFile] {
        var found: [KeptOutFile] = []
        try? RecordLines.forEach(path) { _, line in
            if RecordHead(line: Array(line))?.outcome.isKeptOut == true, let file = Self.record(line).flatMap(KeptOutFile.init) {
                found.append(file)
            }
            return found.count < Self.keptOutListed
        }
        return found
    }

    private static let keptOutListed = 1000

    /// The files that failed, sorted by name; the first of them when there are many. None that cannot be read.
    /// - Parameter newFiles: those with failures that are not known: they come before the others when there are too many. `nil` where nothing was known.
    func failing(newFiles: Set<String>? = nil) -> [FileRecord] {
        var found: [FileRecord] = []
        let isKnown = { (record: FileRecord) in newFiles.map { !$0.contains(record.file) } ?? false }
        func cut() {
            guard found.count > Self.failingListed else { return }
            found.sort { (isKnown($0) ? 1 : 0, $0.file, $0.id) < (isKnown($1) ? 1 : 0, $1.file, $1.id) }
            found.removeLast(found.count - Self.failingListed)
        }
        try? RecordLines.forEach(path) { _, line in
            guard RecordHead(line: Array(line))?.outcome.isFailure == true, var record = Self.record(line) else { return true }
            record.output = record.output.map { String($0.suffix(Self.outputKept)) }
            found.append(record)
            // So that ever so many failures take the room of some.
            if found.count >= 2 * Self.failingListed { cut() }
            return true
        }
        cut()
        return found.sorted { ($0.file, $0.id) < ($1.file, $1.id) }
    }

    /// How many failing files are kept for the summary.
    private static let failingListed = 100

    /// The file came from a host.
    private static func record(_ line: Data) -> FileRecord? { try? JSONDecoder().decode(Untrusted<FileRecord>.self, from: line).checked() }
}
