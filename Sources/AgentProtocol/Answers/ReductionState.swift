import FoundationEssentials
import Platform

/// What reductions have come to that did not end, or that belong together: kept in a file beside their results, so that the next ones go on from there.
public struct ReductionState: Codable, Sendable, Equatable {
    /// Of the format.
    private var version = 1
    /// What is left, by the record as `FILE:LINE`; by `FILE` where no line was named.
    public var reductions: [String: ReducedFile] = [:]

    /// Of no reduction.
    public init() {}

    /// - Returns: nil where the bytes are no such state, or one of another version.
    public init?(_ bytes: [UInt8]) {
        guard let state = try? JSONDecoder().decode(ReductionState.self, from: Data(bytes)), state.version == 1 else { return nil }
        self = state
    }

    /// As ``init(_:)`` takes it.
    public var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }
}

/// Where a reproducer, its SQL and the state of a reduction that has not ended are written.
public struct ReductionPlaces: Sendable {
    /// The state.
    public let state: String
    /// The state's key of this reduction.
    public let key: String
    private let output: String?
    private let stem: String
    private let folder: String

    /// - Parameters:
    ///   - file: that is reduced.
    ///   - line: that was named.
    ///   - output: where the script goes; `FILE-LINE.test` unless told.
    ///   - folder: where that is; the current one unless told.
    public init(of file: String, line: Int?, output: String?, in folder: String? = nil) {
        let last = file.split(separator: "/").last.map(String.init) ?? "reduced"
        stem = [".test", ".slt", ".sql"].first { last.hasSuffix($0) && last != $0 }.map { String(last.dropLast($0.count)) } ?? last
        self.output = output
        self.folder = folder.map { $0 + "/" } ?? ""
        key = file + (line.map { ":\($0)" } ?? "")
        // A device has no file beside it.
        let isDevice = output?.hasPrefix("/dev/") == true
        state = (isDevice ? nil : output).map { $0 + ".reduction" } ?? "\(self.folder)\(stem)\(line.map { "-\($0)" } ?? "").reduction"
    }

    /// `select1-124.test`
    public func script(_ file: ReducedFile) -> String { output ?? folder + "\(stem)-\(file.line > 0 ? "\(file.line)" : "reduced").test" }

    /// `select1-124.sql`
    public func sql(_ file: ReducedFile) -> String {
        let script = script(file)
        return (script.hasSuffix(".test") ? String(script.dropLast(5)) : script) + ".sql"
    }
}
