public import Fleet
import FoundationEssentials
import Platform

extension KnownFailuresFile {
    /// Something that a person should mend in the list.
    public struct Fault: Sendable, Equatable {
        public enum Kind: Sendable, Equatable {
            /// Its last day is over.
            case expired
            /// Nobody knows why it is there.
            case unexplained
            /// The file is not in the source tree.
            case missingFile
        }

        public var kind: Kind
        public var failure: KnownFailure
        /// Where the entry is: `slt-known-failures.toml:12`.
        public var place: String
    }

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - source: the source tree, absolute. A build may make files that are not there.
    public func faults(now: Double, source: String) -> [Fault] {
        let day = CalendarDay.of(now)
        var isThere: [String: Bool] = [:]
        return entries.flatMap { entry -> [Fault] in
            let file = entry.failure.file
            let there = isThere[file] ?? Self.isThere(source + "/" + file)
            isThere[file] = there
            var kinds: [Fault.Kind] = []
            if entry.failure.isExpired(on: day) { kinds.append(.expired) }
            if entry.failure.reason == nil, entry.failure.issue == nil { kinds.append(.unexplained) }
            if !there { kinds.append(.missingFile) }
            return kinds.map { Fault(kind: $0, failure: entry.failure, place: entry.place ?? "") }
        }
    }

    /// Records have names without control characters: a line break is `\n` there.
    private static func isThere(_ path: String) -> Bool {
        if FileManager.default.fileExists(atPath: path) { return true }
        guard path.contains("\\") else { return false }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: LocalPath.parent(path))) ?? []
        return names.contains { SafeText.line($0) == LocalPath.lastPart(path) }
    }

    /// Whether it is a date as entries have it, `2026-12-31`.
    public static func isDay(_ text: String) -> Bool { CalendarDay.isValid(text) }

    /// Whether an entry's last day is over.
    /// - Parameter now: seconds since 1970.
    public static func isExpired(_ failure: KnownFailure, now: Double) -> Bool { failure.isExpired(on: CalendarDay.of(now)) }
}
