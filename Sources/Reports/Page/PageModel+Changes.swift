import Fleet
import Platform
import RemoteKit

extension PageModel {
    /// What is different from the run before.
    struct ChangeSection {
        let with: String
        let words: String
        let cautions: [String]
        let lists: [List]

        /// Changes of one sort.
        struct List {
            let title: String
            let count: String
            let tone: String
            let isOpen: Bool
            let rows: [Row]
            let more: String?
        }

        struct Row {
            let file: String
            let link: String?
            let text: String
            let sql: String?
        }

        /// Rows of a list.
        private static let most = 30

        init(_ pair: RunPair, in run: ReportedRun) {
            let comparison = pair.comparison
            with = SafeText.line(pair.earlier.run, limit: 60)
            cautions = pair.cautions.compactMap(Self.words)
            let files = Set(run.details.files.map(\.file))
            let changes = { (changes: [RunComparison.Change]) in changes.prefix(Self.most).map { Self.row($0, in: files) } }
            let names = { (names: [String]) in names.prefix(Self.most).map { Row(file: SafeText.line($0, limit: 300), link: files.contains($0) ? PageLink.text($0) : nil, text: "", sql: nil) } }
            let slower = comparison.slower.prefix(Self.most).map { slowdown in
                Row(file: SafeText.line(slowdown.file, limit: 300), link: files.contains(slowdown.file) ? PageLink.text(slowdown.file) : nil,
                    text: "\(Human.duration(slowdown.after)) of CPU, before \(Human.duration(slowdown.before))", sql: nil)
            }
            let lists: [(String, Int, String, Bool, [Row])] = [
                ("Newly failing", comparison.newlyFailing.count, "fail", true, changes(comparison.newlyFailing)),
                ("Fixed", comparison.fixed.count, "pass", false, changes(comparison.fixed)),
                ("Still failing, in another way", comparison.failingOtherwise.count, "fail", false, changes(comparison.failingOtherwise)),
                ("Failing, not seen before", comparison.failingUnseen.count, "fail", false, changes(comparison.failingUnseen)),
                ("Now failing, now passing on the same sources", comparison.flaky.count, "aside", false, changes(comparison.flaky)),
                ("No longer run", comparison.noLongerRun.count, "aside", false, changes(comparison.noLongerRun)),
                ("Still failing alike", comparison.stillFailing.count, "fail", false, changes(comparison.stillFailing)),
                ("Slower", comparison.slower.count, "aside", false, slower),
                ("New files", comparison.new.count, "aside", false, names(comparison.new)),
                ("Files that are gone", comparison.disappeared.count, "aside", false, names(comparison.disappeared)),
            ]
            self.lists = lists.filter { $0.1 > 0 }.map { title, count, tone, isOpen, rows in
                List(title: title, count: Human.count(count), tone: tone, isOpen: isOpen && count <= 12, rows: rows, more: count > rows.count ? "and \(Human.count(count - rows.count)) more" : nil)
            }
            let fresh = comparison.newlyFailing.count, fixed = comparison.fixed.count
            switch (fresh, fixed) {
            case (0, 0): words = "Nothing started to fail, and nothing was fixed."
            case (0, _): words = "Nothing started to fail, \(Human.count(fixed)) \(fixed == 1 ? "was" : "were") fixed."
            case (_, 0): words = "\(Human.count(fresh)) started to fail."
            default: words = "\(Human.count(fresh)) started to fail, \(Human.count(fixed)) \(fixed == 1 ? "was" : "were") fixed."
            }
        }

        /// What makes the difference hard to read.
        private static func words(_ caution: RunPair.Caution) -> String? {
            switch caution {
            case .sameRun, .reversed: nil
            case .sameSources: "Both runs tested the same sources: what differs comes from elsewhere, or is flaky."
            case .project: "The run before is of another project."
            case .engine: "The run before had another engine; differences may come from that."
            case .engineUnknown: "It is not known whether the run before had the same engine."
            case .suite: "The run before had another dialect or other labels: the same files test other things."
            case .host: "The run before was on another host: CPU times are not compared."
            case .earlierIsPartial: "The run before was not a full one: files that it does not have are not listed as new."
            case .laterIsPartial: "This run is not a full one: files that it does not have are not listed as gone."
            }
        }

        private static func row(_ change: RunComparison.Change, in files: Set<String>) -> Row {
            var text = SafeText.line(change.message, limit: 200)
            if text.isEmpty { text = change.kind?.words ?? "" }
            if let before = change.before, let after = change.after, before != after { text = "\(before.word), now \(after.word)" + (text.isEmpty ? "" : ": \(text)") }
            if let further = change.further { text += "; and \(Human.count(further)) more in this file" }
            if let followers = change.followers { text += "; and \(Human.count(followers)) that follow" }
            let place = SafeText.line(change.file, limit: 300) + (change.line.map { ":\($0)" } ?? "")
            let sql = FailureData.oneLine(change.sql, limit: 200)
            return Row(file: place, link: files.contains(change.file) ? PageLink.text(change.file, line: change.line) : nil, text: text, sql: sql.isEmpty ? nil : sql)
        }
    }
}
