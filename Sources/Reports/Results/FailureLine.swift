public import Fleet
import Platform

/// One file that did not hold, in a line, while its run goes on.
public enum FailureLine {
    /// `   FAIL [   0.3s] test/select1.test:12: wrong rows; 3 records`
    ///
    /// - Parameters:
    ///   - record: with its first failures.
    ///   - upwards: leads from where the user stands to the top of the tree.
    /// - Returns: `nil` for a file that held, and for one that was not run.
    public static func screen(_ record: FileRecord, upwards: String = "", style: Style) -> ScreenText? {
        text(record, upwards: upwards, style: style).map { ScreenText($0, style) }
    }

    static func text(_ record: FileRecord, upwards: String = "", style: Style) -> String? {
        guard let (word, paint) = word(record) else { return nil }
        let file = ReportedFile(record)
        let time = "[\(Columns.right(Human.duration(record.duration), 7))]"
        var text = style.paint(Columns.right(word, 10), paint) + " \(time) " + upwards + file.place
        if record.outcome == .pass {
            if let runs = record.runs { text += ": passed in \(Human.count(runs.passed)) of \(Human.count(runs.passed.addingReportingOverflow(runs.failed).partialValue, "run"))" }
            return text
        }
        // The word says how it ended.
        let said = file.title == record.outcome.word ? "" : file.title.hasPrefix(record.outcome.word + ": ") ? String(file.title.dropFirst(record.outcome.word.count + 2)) : file.title
        if !said.isEmpty { text += ": " + said }
        if !file.extent.isEmpty { text += "; " + file.extent }
        return text
    }

    private static func word(_ record: FileRecord) -> (String, Style.Paint)? {
        switch record.outcome {
        case .fail: ("FAIL", .red)
        case .timeout: ("TIMEOUT", .red)
        case .crashed: ("CRASH", .red)
        case .outOfMemory: ("MEMORY", .red)
        case .unreadable: ("UNREADABLE", .red)
        case .pass: record.flaky == true ? ("FLAKY", .yellow) : nil
        case .blocked, .unsupported, .skipped, .untested: nil
        }
    }
}
