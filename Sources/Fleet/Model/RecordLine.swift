/// A record as a line of JSON, as `Codable` reads it: in results, feeds, `events` and `records.jsonl`. All that writes such a line, or reads
/// it without decoding it, is in this file.
///
/// The keys stand in this order, those without a value left out: `id`, `iteration`, `file`, `outcome`, `tests`, `skipped`, `errors`,
/// `duration`, `cpu`, `attempt`, `worker`, `finishedAt`, `message`, `failures`, `output`, `flaky`, `runs`, `flakyRecords`, `stoppedAt`, `consequences`,
/// `cachedFrom`, `notCached`, `database`, `host`, `parts`.
/// Readers of the head rely on it, also on that of lines that older releases wrote.
package enum RecordLine {
    /// Whether the line says that its file is flaky. A message may hold the same text, so a decoder has the last word.
    package static func mayBeFlaky(_ line: [UInt8]) -> Bool { mayHold(flakyMark, line) }

    /// Whether the line says that its file was not run, which only that of a file can that no worker had. A decoder has the last word.
    package static func mayBeCached(_ line: [UInt8], _ head: RecordHead) -> Bool { head.worker == nil && head.outcome == .pass && mayHold(cachedMark, line) }

    /// Whether the line says that its file was run in parts. A decoder has the last word.
    package static func mayHaveParts(_ line: [UInt8]) -> Bool { mayHold(partsMark, line) }

    /// Whether the line says why its verdict cannot be kept.
    package static func mayBeExcluded(_ line: [UInt8]) -> Bool { mayHold(exclusionMark, line) }

    private static func mayHold(_ mark: [UInt8], _ line: [UInt8]) -> Bool {
        // The library's search costs more than all else that is done with the line of a file that passed.
        line.withUnsafeBytes { bytes in
            mark.withUnsafeBytes { mark in
                var at = 0
                while at + mark.count <= bytes.count {
                    if bytes[at] == mark[0], bytes[at + 1] == mark[1], bytes[at..<at + mark.count].elementsEqual(mark) { return true }
                    at += 1
                }
                return false
            }
        }
    }

    private static let flakyMark = Array(#""flaky":true"#.utf8)
    private static let partsMark = Array(#","parts":{"#.utf8)
    private static let exclusionMark = Array(#""notCached":""#.utf8)
    private static let cachedMark = Array(#""cachedFrom":""#.utf8)
}

extension FileRecord {
    /// The record's line, without a newline.
    package var json: [UInt8] {
        var json = ByteJSON()
        json.add("id", id)
        if let iteration { json.add("iteration", iteration) }
        json.add("file", file)
        json.add("outcome", outcome.rawValue)
        json.add("tests", tests)
        json.add("skipped", skipped)
        json.add("errors", errors)
        json.add("duration", duration)
        if let cpu { json.add("cpu", cpu) }
        json.add("attempt", attempt)
        if let worker { json.add("worker", worker) }
        json.add("finishedAt", finishedAt)
        if let message { json.add("message", message) }
        json.add("failures", raw: ByteJSON.list(failures) { failure, json in
            json.add("line", failure.line)
            json.add("message", failure.message)
            json.add("sql", failure.sql)
            json.add("expected", failure.expected)
            json.add("actual", failure.actual)
            if let kind = failure.kind { json.add("kind", kind.rawValue) }
            if let line = failure.recordLine { json.add("recordLine", line) }
            if let identity = failure.identity { json.add("identity", raw: identity.json) }
            if let line = failure.causedBy { json.add("causedBy", line) }
            if let ulps = failure.ulps { json.add("ulps", ulps) }
            if let script = failure.script { json.add("script", script) }
            if let isHashed = failure.isHashed { json.add("isHashed", isHashed) }
        })
        if let output { json.add("output", output) }
        if let flaky { json.add("flaky", flaky) }
        if let runs {
            var counts = ByteJSON(capacity: 32)
            counts.add("passed", runs.passed)
            counts.add("failed", runs.failed)
            json.add("runs", raw: counts.end())
        }
        if let flakyRecords {
            json.add("flakyRecords", raw: ByteJSON.list(flakyRecords) { record, json in
                json.add("line", record.line)
                json.add("failed", record.failed)
                json.add("runs", record.runs)
                if let identity = record.identity { json.add("identity", raw: identity.json) }
            })
        }
        if let stoppedAt { json.add("stoppedAt", stoppedAt) }
        if let consequences { json.add("consequences", consequences) }
        if let cachedFrom { json.add("cachedFrom", cachedFrom) }
        if let notCached { json.add("notCached", notCached) }
        if let database {
            var kept = ByteJSON(capacity: 128)
            if let open = database.open { kept.add("open", open) }
            if let note = database.note { kept.add("note", note) }
            json.add("database", raw: kept.end())
        }
        if let host { json.add("host", host) }
        if let parts {
            var made = ByteJSON(capacity: 64)
            made.add("count", parts.count)
            made.add("workers", parts.workers)
            made.add("seconds", parts.seconds)
            json.add("parts", raw: made.end())
        }
        return json.end()
    }
}

extension RecordIdentity {
    fileprivate var json: [UInt8] {
        var json = ByteJSON(capacity: 64)
        json.add("digest", digest)
        json.add("occurrence", occurrence)
        return json.end()
    }
}

/// The head of a record's line, read without decoding the rest.
package struct RecordHead: Sendable {
    /// Position in the manifest.
    package let id: Int
    /// In a soak run, the round of the queue, from 1.
    package let iteration: Int?
    /// The name as it is written in JSON.
    package let file: ArraySlice<UInt8>
    package let outcome: Outcome
    /// Wall-clock seconds.
    package let duration: Double
    /// CPU seconds, where known.
    package let cpu: Double?
    /// Which try it was, from 1.
    package let attempt: Int
    package let worker: Int?
    /// Seconds since 1970; 0 where the line does not say.
    package let finishedAt: Double
    let tally: Tally

    /// Statements and queries that ran; those a condition left out; those that did not hold.
    package var tests: Int { tally.tests }
    package var skipped: Int { tally.skippedRecords }
    package var errors: Int { tally.errors }

    /// - Returns: `nil` for what is no record of this program's, also when its outcome is none that is known.
    package init?(line: [UInt8]) { self.init(line: line[...]) }

    package init?(line: ArraySlice<UInt8>) {
        var keys = KeyReader(line)
        guard let place = keys.place, keys.skip(",\"file\":"), let file = keys.string(), keys.skip(",\"outcome\":"), let word = keys.string(),
              let outcome = Outcome(rawValue: String(decoding: word, as: UTF8.self)), let tests = keys.number(",\"tests\":"),
              let skipped = keys.number(",\"skipped\":"), let errors = keys.number(",\"errors\":") else { return nil }
        (id, iteration) = place
        self.file = file
        self.outcome = outcome
        duration = keys.skip(",\"duration\":") ? keys.decimal() ?? 0 : 0
        cpu = keys.skip(",\"cpu\":") ? keys.decimal() : nil
        attempt = keys.number(",\"attempt\":") ?? 1
        worker = keys.number(",\"worker\":")
        finishedAt = keys.skip(",\"finishedAt\":") ? keys.decimal() ?? 0 : 0
        var tally = Tally()
        tally.outcomes[outcome] = 1
        tally.tests = tests
        tally.skippedRecords = skipped
        tally.errors = errors
        self.tally = tally
    }
}

/// Lines of `events` that are written for each file, or searched by each new supervisor.
enum EventLine: Equatable {
    case fileFinished(id: Int, iteration: Int?)
    case iterationFinished
    case other

    /// The event of a file that has its record: `{"kind":"file-finished","time":…,"record":{"id":…`.
    /// - Parameter record: a record's line, with its newline or without.
    static func finished(_ record: [UInt8], at time: Double) -> [UInt8] {
        var json = ByteJSON(capacity: record.count + 80)
        json.add("kind", RunEvent.Kind.fileFinished.rawValue)
        json.add("time", time)
        json.add("record", raw: record.last == UInt8(ascii: "\n") ? Array(record.dropLast()) : record)
        return json.end() + [UInt8(ascii: "\n")]
    }

    /// The head of the record in the event of a file; `nil` for any other line.
    static func finishedRecord(_ line: ArraySlice<UInt8>) -> RecordHead? {
        var keys = KeyReader(line)
        guard keys.skip("{\"kind\":\"file-finished\",\"time\":"), keys.decimal() != nil, keys.skip(",\"record\":") else { return nil }
        return RecordHead(line: keys.rest)
    }

    /// What a line of `events` tells, as far as a supervisor has to know that goes on with the run.
    init(_ line: ArraySlice<UInt8>) {
        // The place of the record stands near the line's start, after the kind and the time.
        var keys = KeyReader(line.prefix(200))
        self = .other
        guard keys.skip("{\"kind\":"), let kind = keys.string() else { return }
        switch RunEvent.Kind(rawValue: String(decoding: kind, as: UTF8.self)) {
        case .iterationFinished: self = .iterationFinished
        case .fileFinished:
            if keys.skip(",\"time\":"), keys.decimal() != nil, keys.skip(",\"record\":"), let place = keys.place {
                self = .fileFinished(id: place.id, iteration: place.iteration)
            }
        default: break
        }
    }
}

/// Reads JSON whose keys stand in a known order.
private struct KeyReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ line: ArraySlice<UInt8>) { rest = line }

    /// `{"id":1,"iteration":2`
    var place: (id: Int, iteration: Int?)? {
        mutating get {
            guard let id = number("{\"id\":") else { return nil }
            return (id, number(",\"iteration\":"))
        }
    }

    /// - Returns: whether `text` came next.
    mutating func skip(_ text: StaticString) -> Bool {
        let matches = text.withUTF8Buffer { rest.starts(with: $0) }
        if matches { rest = rest.dropFirst(text.utf8CodeUnitCount) }
        return matches
    }

    mutating func number(_ key: StaticString) -> Int? {
        guard skip(key) else { return nil }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(digits.count)
        return Fleet.decimal(digits).flatMap { Int(exactly: $0) }
    }

    mutating func decimal() -> Double? {
        let digits = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
        rest = rest.dropFirst(digits.count)
        return Double(String(decoding: digits, as: UTF8.self))
    }

    /// What is between quotes, as it stands there.
    mutating func string() -> ArraySlice<UInt8>? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        rest = rest.dropFirst()
        let text = rest
        // It ends at the first quote that is not escaped.
        while let byte = rest.first, byte != UInt8(ascii: "\"") { rest = rest.dropFirst(byte == UInt8(ascii: "\\") ? 2 : 1) }
        guard !rest.isEmpty else { return nil }
        defer { rest = rest.dropFirst() }
        return text[..<rest.startIndex]
    }
}
