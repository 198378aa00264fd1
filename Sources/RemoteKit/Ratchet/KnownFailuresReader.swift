import Fleet
import Platform

/// Reads a file of known failures, and finds all that is wrong in it.
struct KnownFailuresReader {
    private let name: String
    private var file = KnownFailuresFile()
    private var problems: [ConfigurationError.Problem] = []
    /// Where each failure was named first.
    private var seen: [KnownFailureKey: String] = [:]

    private typealias Entries = [(name: String, node: DocumentNode)]

    /// - Throws: ``ConfigurationError`` with each mistake and its line.
    static func read(_ source: ConfigurationSource) throws(ConfigurationError) -> KnownFailuresFile {
        var reader = KnownFailuresReader(name: source.name)
        reader.read(try source.parse())
        if reader.problems.isEmpty, reader.file.entries.count + reader.file.pins.count > KnownFailures.most {
            reader.problem(nil, "has more than \(KnownFailures.most) entries; block the files that fail most instead")
        }
        guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems) }
        var comments = KnownFailuresComments(source.text)
        reader.file.preamble = comments.preamble
        for index in reader.file.entries.indices {
            (reader.file.entries[index].comments, reader.file.entries[index].whereabouts) = comments.next("failure", of: reader.file.entries.count)
        }
        for (table, outcome) in KnownFailuresFile.pinnable {
            let places = reader.file.pins.indices.filter { reader.file.pins[$0].files.outcome == outcome }
            for place in places { reader.file.pins[place].comments = comments.next(table, of: places.count).own }
        }
        return reader.file
    }

    private init(name: String) { self.name = name }

    private mutating func read(_ document: DocumentNode) {
        guard case .table(let entries) = document.content else { return }
        let tables = ["failure"] + KnownFailuresFile.pinnable.map(\.name)
        for (key, node) in entries {
            if key == "pinned" {
                pinned(node)
            } else if key == "failure" {
                for (item, entries) in items(node, key) { failure(item, entries) }
            } else if let outcome = KnownFailuresFile.pinnable.first(where: { $0.name == key })?.outcome {
                for (item, entries) in items(node, key) { pin(item, entries, outcome) }
            } else {
                problem(node.firstLine, "unknown key '\(key)'" + NearestName.hint(for: key, among: tables + ["pinned"]))
            }
        }
    }

    private mutating func items(_ node: DocumentNode, _ key: String) -> [(DocumentNode, Entries)] {
        guard case .list(let items) = node.content else {
            problem(node.line, "'\(key)' must be a list of tables, as in [[\(key)]], not \(node.kind)")
            return []
        }
        return items.compactMap { item in
            if case .table(let entries) = item.content { return (item, entries) }
            problem(item.line ?? node.line, "'\(key)' must be a list of tables, as in [[\(key)]], not of \(item.kind)")
            return nil
        }
    }

    private mutating func pinned(_ node: DocumentNode) {
        guard case .list(let items) = node.content else { return problem(node.line, "'pinned' must be a list such as [\"blocked\", \"skipped\"], not \(node.kind)") }
        let names = KnownFailuresFile.pinnable.map(\.name)
        for item in items {
            guard case .text(let text) = item.content, let outcome = KnownFailuresFile.pinnable.first(where: { $0.name == text })?.outcome else {
                problem(item.line ?? node.line, "'pinned' must be a list of \(names.map { "\"\($0)\"" }.joined(separator: ", "))")
                continue
            }
            if !file.pinned.contains(outcome) { file.pinned.append(outcome) }
        }
    }

    // MARK: entries

    private mutating func failure(_ item: DocumentNode, _ entries: Entries) {
        guard let fields = fields(item, entries, ["file", "outcome", "record", "kind", "reason", "issue", "expires"], needs: "file") else { return }
        let count = problems.count
        var failure = KnownFailure(file: text(fields, "file") ?? "")
        if let word = text(fields, "outcome") {
            let allowed = Outcome.allCases.filter(\.isFailure).map(\.rawValue)
            if let outcome = Outcome(rawValue: word), outcome.isFailure { failure.outcome = outcome } else { mismatch(fields["outcome"], "outcome", allowed, word) }
        }
        if let word = text(fields, "kind") {
            if let kind = FailureKind(rawValue: word) { failure.kind = kind } else { mismatch(fields["kind"], "kind", FailureKind.allCases.map(\.rawValue), word) }
        }
        if let node = fields["record"] { failure.record = record(node) }
        failure.reason = text(fields, "reason")
        failure.issue = text(fields, "issue")
        if let node = fields["expires"] { failure.expires = day(node) }
        guard problems.count == count else { return }
        if failure.file.isEmpty { return problem(item.line, "'file' must not be empty") }
        if failure.record == nil, fields["outcome"] == nil {
            return problem(item.line, "the entry of '\(shown(failure.file))' needs 'record' and 'kind', or 'outcome' for the file as a whole")
        }
        if failure.record != nil, failure.outcome != .fail { return problem(item.line, "'record' and the outcome \"\(failure.outcome.rawValue)\" cannot be together; remove one") }
        if failure.record != nil, failure.kind == nil { return problem(item.line, "an entry with 'record' needs 'kind': another kind of failure is not known") }
        let place = place(item.line)
        if let first = seen.updateValue(place, forKey: KnownFailureKey(failure)) {
            return problem(item.line, "the failure is known already, by \(first); remove one")
        }
        self.file.entries.append(.init(failure: failure, place: place))
    }

    private mutating func pin(_ item: DocumentNode, _ entries: Entries, _ outcome: Outcome) {
        guard let fields = fields(item, entries, ["files", "reason"], needs: "files") else { return }
        let count = problems.count
        let glob = text(fields, "files") ?? "", reason = text(fields, "reason")
        guard problems.count == count else { return }
        do { _ = try Glob(glob) } catch { return problem(fields["files"]?.line, "'files': \(error.message)") }
        file.pins.append(.init(files: PinnedFiles(files: glob, outcome: outcome, reason: reason), place: place(item.line)))
    }

    private mutating func record(_ node: DocumentNode) -> RecordIdentity? {
        let form = "{ sql = \"0123456789abcdef\", occurrence = 1 }"
        guard case .table(let entries) = node.content else {
            problem(node.line, "'record' must be a table such as \(form), not \(node.kind)")
            return nil
        }
        var digest: String?, occurrence: Int?
        for (key, value) in entries {
            switch (key, value.content) {
            case ("sql", .text(let text)) where !text.isEmpty && text.utf8.count <= Self.longestDigest: digest = text
            case ("occurrence", .integer(let number)) where number > 0: occurrence = number
            case ("sql", _), ("occurrence", _): problem(value.line, "'record.\(key)' must be as in \(form)")
            default: problem(value.line, "unknown key '\(key)' in 'record'" + NearestName.hint(for: key, among: ["sql", "occurrence"]))
            }
        }
        guard let digest, let occurrence else {
            if problems.last?.place != place(node.line) { problem(node.line, "'record' must be as in \(form)") }
            return nil
        }
        return RecordIdentity(digest: digest, occurrence: occurrence)
    }

    /// Characters of a digest as records have it.
    private static let longestDigest = 100

    private mutating func day(_ node: DocumentNode) -> String? {
        switch node.content {
        case .date(let day): return day
        case .text(let text) where CalendarDay.isValid(text): return text
        default:
            problem(node.line, "'expires' must be a date such as 2026-12-31")
            return nil
        }
    }

    // MARK: fields

    private mutating func fields(_ item: DocumentNode, _ entries: Entries, _ known: [String], needs needed: String) -> [String: DocumentNode]? {
        var fields: [String: DocumentNode] = [:], isFine = true
        for (key, node) in entries {
            fields[key] = node
            if known.contains(key) { continue }
            isFine = false
            problem(node.line, "unknown key '\(key)'" + NearestName.hint(for: key, among: known))
        }
        if fields[needed] == nil {
            isFine = false
            problem(item.line, "an entry has no '\(needed)'")
        }
        return isFine ? fields : nil
    }

    /// - Returns: `nil` for an empty text, as for none.
    private mutating func text(_ fields: [String: DocumentNode], _ key: String) -> String? {
        guard let node = fields[key] else { return nil }
        guard case .text(let text) = node.content else {
            problem(node.line, "'\(key)' must be a string, not \(node.kind)")
            return nil
        }
        return text.isEmpty ? nil : text
    }

    private mutating func mismatch(_ node: DocumentNode?, _ key: String, _ allowed: [String], _ word: String) {
        let hint = NearestName.of(word, among: allowed).map { "; did you mean '\($0)'?" } ?? ""
        problem(node?.line, "'\(key)' must be \(allowed.map { "\"\($0)\"" }.joined(separator: ", ")), not \"\(shown(word))\"\(hint)")
    }

    private func shown(_ text: String) -> String { SafeText.line(text, limit: 60) }
    private func place(_ line: Int?) -> String { name + (line.map { ":\($0)" } ?? "") }
    private mutating func problem(_ line: Int?, _ message: String) { problems.append(.init(.invalidValue, at: place(line), message)) }
}

extension DocumentNode {
    /// A list of tables has no line of its own; its first table has.
    fileprivate var firstLine: Int? {
        if let line { return line }
        if case .list(let items) = content { return items.first?.line }
        return nil
    }
}
