import AgentProtocol
import FoundationEssentials
import Platform

/// What is left of a file, for people and programs.
struct ReducedFileReport {
    private let reduced: ReducedFile
    private let file: String
    private let places: ReductionPlaces

    init(_ reduced: ReducedFile, of file: String, _ places: ReductionPlaces) {
        self.reduced = reduced
        self.file = file
        self.places = places
    }

    /// For people.
    var text: String { reduced.summary(of: file, script: places.script(reduced), sql: places.sql(reduced)) + "\n" + reduced.script }

    private struct JSONResult: Encodable {
        var file: String
        var line: Int
        var script: String
        var sql: String?
        var records: Int
        var statements: Int
        var bytes: Int
        var tries: Int
        var seconds: Double
        var reason: String
        var reference: String?
        var isMinimal: Bool
        var isConfirmed: Bool
        var flakyRate: Double?
        var confidence: Double?
    }

    /// One line of JSON.
    var json: String {
        let progress = reduced.progress
        let value = JSONResult(file: file, line: reduced.line, script: places.script(reduced), sql: places.sql(reduced), records: reduced.total, statements: progress.records,
                               bytes: progress.bytes, tries: progress.tries, seconds: reduced.seconds, reason: reduced.reason, reference: reduced.reference,
                               isMinimal: reduced.isMinimal, isConfirmed: reduced.confirmation == "", flakyRate: reduced.flakyRate, confidence: reduced.confidence)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
    }
}
