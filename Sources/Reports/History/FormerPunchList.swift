import Fleet
import Platform
public import RemoteKit

/// The punch list of the former scripts: what fails, one line a file, to be worked through.
public struct FormerPunchList: Sendable {
    /// A file that fails.
    public struct Item: Encodable, Sendable, Equatable {
        public var filePath: String
        public var category: String
        public var subcategory: String
        /// `FAIL` or `TIMEOUT`.
        public var status: String
        /// Failing records that are known.
        public var failures: Int
        public var lineNumber: Int?
        public var errorMessage: String

        enum CodingKeys: String, CodingKey {
            case category, subcategory, status, failures
            case filePath = "file_path", lineNumber = "line_number", errorMessage = "error_message"
        }
    }

    /// By category and name.
    public let items: [Item]
    private let summary: FormerResults.Summary

    public init(_ results: FormerResults) {
        let timedOut = Set(results.testedFiles.timedOut)
        items = results.detailedFailures.map { file in
            let category = SuiteCategory(file.filePath), first = file.failures.first
            return Item(filePath: file.filePath, category: category.former, subcategory: category.sub ?? "root",
                        status: (timedOut.contains(file.filePath) ? FormerStatus.timeout : .fail).rawValue, failures: file.failures.count,
                        lineNumber: first?.lineNumber, errorMessage: SafeText.sentence(first?.errorMessage ?? "", limit: 500))
        }.sorted { ($0.category, $0.filePath) < ($1.category, $1.filePath) }
        summary = results.summary
    }

    /// `file_path,category,subcategory,status,failures,line_number,error_message`, ended by CR LF as RFC 4180 has it.
    public var csv: String {
        let rows = items.map { [$0.filePath, $0.category, $0.subcategory, $0.status, "\($0.failures)", $0.lineNumber.map { "\($0)" } ?? "", $0.errorMessage] }
        return ([["file_path", "category", "subcategory", "status", "failures", "line_number", "error_message"]] + rows)
            .map { $0.map { MarkupText.csv($0) }.joined(separator: ",") + "\r\n" }.joined()
    }

    public var markdown: String {
        let passed = summary.counters.passed
        var text = "# Punch list\n\n\(Human.count(passed)) of \(Human.count(summary.totalAvailableFiles, "file")) passed (\(Human.percent(passed, of: summary.totalAvailableFiles)) of all files found).\n"
        for category in SuiteCategory.former + ["other"] {
            let part = items.filter { $0.category == category }
            guard !part.isEmpty else { continue }
            text += "\n## \(category) (\(Human.count(part.count)))\n\n"
            for item in part {
                let place = item.filePath + (item.lineNumber.map { ":\($0)" } ?? "")
                text += "- [ ] \(MarkupText.markdown(place)) \(item.status): \(MarkupText.plainMarkdown(item.errorMessage))\n"
            }
        }
        return items.isEmpty ? text + "\nNothing fails.\n" : text
    }
}
