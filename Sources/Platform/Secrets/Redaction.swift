import Glibc

/// Takes secrets out of texts before they are stored or printed. Secrets that are known are replaced wherever they appear, also
/// percent-encoded, in base64, in hexadecimal digits and within quotes; besides them what has the form of a secret, in messages and command lines.
package struct Redaction: Sendable, Equatable {
    /// Stands for what was taken out.
    package static let mark = "***"
    private static let markBytes = Array(mark.utf8)

    /// Secrets of fewer bytes are not looked for in texts: `a` would be everywhere.
    package static let shortest = 4
    /// The same for values that nothing calls a secret, such as that of a variable `MODE`.
    package static let shortestUnnamed = 6

    /// What is looked for, the longest first.
    private let patterns: [[UInt8]]
    /// Which byte a pattern may begin with.
    private let beginnings: Set<UInt8>
    /// Bytes of the longest pattern.
    package var longest: Int { patterns.first?.count ?? 0 }
    /// Whether no secret is known.
    package var isEmpty: Bool { patterns.isEmpty }

    /// - Parameter secrets: values; those that are too short are passed over.
    package init(_ secrets: some Sequence<String> = [String]()) {
        var patterns: Set<[UInt8]> = []
        for secret in secrets where secret.utf8.count >= Redaction.shortest {
            patterns.formUnion(SecretForms.of(secret).filter { $0.count >= Redaction.shortest })
        }
        self.patterns = patterns.sorted { ($1.count, $0.description) < ($0.count, $1.description) }
        beginnings = Set(patterns.compactMap(\.first))
    }

    /// For one engine or build; see ``secrets(environment:connection:command:)``.
    package init(environment: [String: String] = [:], connection: String? = nil, command: [String] = []) {
        self.init(Self.secrets(environment: environment, connection: connection, command: command))
    }

    /// The secrets of one engine or build.
    /// - Parameters:
    ///   - environment: variables. A value counts as a secret, unless its name is one of those that say where a server is.
    ///   - connection: what libpq is given.
    ///   - command: the words of one command line: what a word says of the next one holds within it. A line for a shell is one word.
    package static func secrets(environment: [String: String] = [:], connection: String? = nil, command: [String] = []) -> [String] {
        secrets(environment) + (connection.map { ConnectionText($0).secrets } ?? []) + SecretWords.secrets(in: command)
    }

    private static func secrets(_ environment: [String: String]) -> [String] {
        environment.flatMap { name, value -> [String] in
            let isNamed = SecretName.isSecret(Array(name.utf8))
            guard isNamed || !SecretName.isPlace(name) else { return [] }
            let inner = SecretShapes.ranges(in: Array(value.utf8)).map { String(decoding: Array(value.utf8)[$0], as: UTF8.self) }
            return (value.utf8.count >= (isNamed ? shortest : shortestUnnamed) ? [value] : []) + inner
        }
    }

    // MARK: known secrets

    /// `bytes` without the secrets that are known.
    package func bytes(_ bytes: [UInt8]) -> [UInt8] { Self.replacing(ranges(in: bytes), in: bytes) }

    /// `text` without the secrets that are known.
    package func text(_ text: String) -> String {
        guard !isEmpty else { return text }
        let bytes = Array(text.utf8), ranges = ranges(in: bytes)
        return ranges.isEmpty ? text : String(decoding: Self.replacing(ranges, in: bytes), as: UTF8.self)
    }

    /// `text` without the secrets that are known, and without what has the form of one: `password=…`, `user:…@host`, `Bearer …`.
    package func message(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let ranges = Self.merged(ranges(in: bytes) + SecretShapes.ranges(in: bytes))
        return ranges.isEmpty ? text : String(decoding: Self.replacing(ranges, in: bytes), as: UTF8.self)
    }

    /// The words of a command line, without secrets that are known or have the form of one, such as `--password=…`.
    package func words(_ words: [String]) -> [String] { SecretWords.redacted(words).map { message($0) } }

    /// What libpq is given, without its passwords.
    package func connection(_ text: String) -> String { message(ConnectionText(text).redacted) }

    /// Where known secrets are; sorted, those that touch are one.
    func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        guard !isEmpty, bytes.count >= Self.shortest else { return [] }
        var found: [Range<Int>] = []
        for pattern in patterns {
            var start = 0
            while let at = Self.first(pattern, in: bytes, from: start) {
                found.append(at..<(at + pattern.count))
                start = at + 1
            }
        }
        return Self.merged(found)
    }

    private static func first(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { text -> Int? in
            guard let base = text.baseAddress, let beginning = pattern.first else { return nil }
            var at = start
            while at + pattern.count <= text.count, let hit = memchr(base + at, Int32(beginning), text.count - pattern.count + 1 - at) {
                at = UnsafeRawPointer(hit) - base
                if memcmp(base + at, pattern, pattern.count) == 0 { return at }
                at += 1
            }
            return nil
        }
    }

    /// Where the end of `bytes` may be the beginning of a secret: bytes from there on are not passed on yet.
    func pending(in bytes: [UInt8]) -> Int {
        let from = max(0, bytes.count - max(0, longest - 1))
        for start in from..<max(from, bytes.count) where beginnings.contains(bytes[start]) {
            let tail = bytes[start...]
            if patterns.contains(where: { $0.count > tail.count && $0.starts(with: tail) }) { return start }
        }
        return bytes.count
    }

    // MARK: ranges

    static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    static func replacing(_ ranges: [Range<Int>], in bytes: [UInt8]) -> [UInt8] {
        guard !ranges.isEmpty else { return bytes }
        var result: [UInt8] = []
        var position = 0
        for range in ranges {
            result += bytes[position..<range.lowerBound]
            result += markBytes
            position = range.upperBound
        }
        return result + bytes[position...]
    }
}
