import Fleet
import FoundationEssentials
import Platform
import RemoteKit

/// A run in JUnit's XML: one suite, one case a file. Valid by the schema of Jenkins' xunit plugin (junit-10.xsd), with Surefire's elements for
/// files that were run more than once: `flakyFailure` before a pass, `rerunFailure` behind a failure.
struct JUnitDocument {
    private let run: ReportedRun

    init(_ run: ReportedRun) { self.run = run }

    private enum Element { case pass, skipped, failure, error }

    var text: String {
        let failing = Dictionary(run.all.map { ($0.record.id, $0) }) { one, _ in one }
        let others = Dictionary(run.details.records.map { ($0.id, $0) }) { one, _ in one }
        var counts: [Element: Int] = [:], cases = ""
        for file in run.details.files {
            // What is known to fail makes no build red.
            let kind = failing[file.id]?.isKnown == true ? Element.skipped : Self.kind(file.outcome)
            counts[kind, default: 0] += 1
            cases += testCase(file, kind, failing[file.id], others[file.id])
        }
        let time = Self.seconds(run.status.elapsed(at: run.status.finishedAt ?? 0))
        let numbers = "tests=\"\(run.details.files.count)\" failures=\"\(counts[.failure] ?? 0)\" errors=\"\(counts[.error] ?? 0)\""
        let place = "package=\"\" id=\"0\" timestamp=\"\(Self.timestamp(run.status.startedAt ?? 0))\" hostname=\"\(MarkupText.xml(run.host))\""
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"sqllogictest\" \(place) \(numbers) skipped=\"\(counts[.skipped] ?? 0)\" time=\"\(time)\">\n"
            + properties + cases + "<system-out>\(MarkupText.xml(run.caveat ?? ""))</system-out>\n<system-err/>\n</testsuite>\n</testsuites>\n"
    }

    private var properties: String {
        let source = run.status.source
        let values: [(String, String?)] = [
            ("run", run.status.id), ("project", run.status.project), ("commit", source?.commit), ("branch", source?.branch),
            ("dirty", source?.dirty.map { "\($0)" }), ("engine", run.details.folder.engine?.name), ("engine.version", run.details.folder.engine?.version),
        ]
        return "<properties>" + values.map { name, value in value.map { "<property name=\"\(name)\" value=\"\(MarkupText.xml($0))\"/>" } ?? "" }.joined() + "</properties>\n"
    }

    private static func kind(_ outcome: Outcome) -> Element {
        switch outcome {
        case .pass: .pass
        case .blocked, .unsupported, .skipped, .untested: .skipped
        case .fail: .failure
        case .timeout, .crashed, .outOfMemory, .unreadable: .error
        }
    }

    private func testCase(_ file: RunDetails.File, _ kind: Element, _ failing: ReportedFile?, _ record: FileRecord?) -> String {
        var text = "<testcase name=\"\(MarkupText.xml(file.file))\" classname=\"sqllogictest\" time=\"\(Self.seconds(file.duration))\""
        var inner = ""
        switch kind {
        case .pass: if let record, record.flaky == true { inner = again("flakyFailure", record) }
        case .skipped:
            let reason = failing.map { "known failure: \($0.place): \($0.title)" } ?? record?.message ?? ""
            inner = "<skipped type=\"\(file.outcome.rawValue)\" message=\"\(MarkupText.xml(file.outcome.word + (reason.isEmpty ? "" : ": \(reason)")))\"/>"
        case .failure, .error:
            let element = kind == .failure ? "failure" : "error"
            let type = failing?.kind?.rawValue ?? file.outcome.rawValue
            inner = "<\(element) type=\"\(type)\" message=\"\(MarkupText.xml(failing.map { "\($0.place): \($0.title)" } ?? file.outcome.word))\">\(MarkupText.xml(body(failing), isValue: false))</\(element)>"
            if let record, record.flaky == true || record.runs?.failed ?? 0 > 1 { inner += again("rerunFailure", record) }
        }
        text += inner.isEmpty ? "/>\n" : ">\(inner)</testcase>\n"
        return text
    }

    /// What the other runs of a file came to, one element for each that failed; counts of a host have an end here.
    private func again(_ element: String, _ record: FileRecord) -> String {
        let failed = record.runs?.failed ?? 1
        let count = min(100, max(1, element == "rerunFailure" ? failed - 1 : failed))
        let lines = (record.flakyRecords ?? []).prefix(20).map { "line \($0.line) failed in \($0.failed) of \($0.runs) runs" }.joined(separator: "\n")
        let runs = record.runs.map { "passed in \($0.passed), failed in \($0.failed) runs" } ?? "failed in another run"
        let one = "<\(element) type=\"fail\" message=\"\(MarkupText.xml(runs))\"><stackTrace>\(MarkupText.xml(lines, isValue: false))</stackTrace></\(element)>"
        return String(repeating: one, count: count)
    }

    private func body(_ file: ReportedFile?) -> String {
        guard let file else { return "" }
        let all = FailureSection(files: [file], total: 1, extent: .whole, all: "")
        return all.lines(Style(width: 400), now: 0).dropFirst().joined(separator: "\n")
    }

    // MARK: figures

    /// As the schema wants them: three digits behind the point, none before it but digits.
    private static func seconds(_ seconds: Double) -> String { Human.fixed(seconds.isFinite ? max(0, min(seconds, 1e9)) : 0, 3) }

    /// UTC without a time zone, which the schema of Ant does not allow.
    private static func timestamp(_ seconds: Double) -> String {
        String(Date(timeIntervalSince1970: seconds.isFinite ? max(0, min(seconds, 4e9)) : 0).formatted(.iso8601).prefix { (character: Character) in character != "Z" })
    }
}
