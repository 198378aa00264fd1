import Fleet
import FoundationEssentials
import Platform
import RemoteKit

/// What a report can be written as. The raw values are what a user types.
public enum ReportFormat: String, Sendable, CaseIterable {
    case text, markdown = "md", junit, ctrf, github, html, json, badge, perfetto
    case punchMarkdown = "punch-md", punchTable = "punch-csv"

    /// The whole report, ended by a newline.
    /// - Parameters:
    ///   - style: how text may look; other formats do not depend on it.
    ///   - now: seconds since 1970, for what is told of the past.
    public func bytes(of run: ReportedRun, style: Style, now: Double) throws -> [UInt8] {
        switch self {
        case .text: Array(Self.screen(of: run, style: style, now: now).text.utf8)
        case .markdown: Array(MarkdownReport(run, now: now).text.utf8)
        case .junit: Array(JUnitDocument(run).text.utf8)
        case .ctrf: try Self.json(CTRFDocument(run))
        case .github: Array(WorkflowReport(run, now: now).text.utf8)
        case .html: Array(HTMLReport(run, now: now).text().utf8)
        case .json: try Self.json(ReportDocument(run, now: now))
        case .badge: try Self.json(Badge(run))
        case .perfetto: try TraceDocument(run).json
        case .punchMarkdown: Array(PunchList(run, now: now).markdown.utf8)
        case .punchTable: Array(PunchList(run, now: now).table.utf8)
        }
    }

    /// For a terminal.
    public static func screen(of run: ReportedRun, style: Style, now: Double) -> ScreenText { RunReport(run).screen(style, now: now) }

    /// One line of JSON; what a screen would act on is an escape in it.
    static func json(_ value: some Encodable) throws -> [UInt8] { SafeText.json(Array(try encoder.encode(value))) + [UInt8(ascii: "\n")] }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

extension Badge {
    init(_ run: ReportedRun) {
        self.init(passed: run.status.passed, of: run.status.total, isWhole: [.passed, .testsFailed].contains(run.exitCode))
    }
}
