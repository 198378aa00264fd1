/// The results of a command in JUnit's XML: one suite, one case a file.
enum JUnitReport {
    static func text(_ results: [FileResult]) -> String {
        func count(_ outcomes: String...) -> Int { results.count { outcomes.contains(outcome($0)) } }
        let numbers = "tests=\"\(results.count)\" failures=\"\(count("fail"))\" errors=\"\(count("error", "timeout", "crashed", "out-of-memory"))\""
            + " skipped=\"\(count("skipped"))\" time=\"\(thousandths(results.reduce(0) { $0 + $1.seconds }))\""
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"sqllogictest\" \(numbers)>\n"
        for result in results { text += testCase(result) }
        return text + "</testsuite>\n</testsuites>\n"
    }

    private static func outcome(_ result: FileResult) -> String { result.verdict?.outcome ?? "error" }

    private static func testCase(_ result: FileResult) -> String {
        let open = "<testcase name=\"\(escaped(name(result.file)))\" classname=\"sqllogictest\" file=\"\(escaped(result.file))\" time=\"\(thousandths(result.seconds))\""
        guard let verdict = result.verdict else { return open + "><error message=\"\(escaped(result.error?.message ?? ""))\"/></testcase>\n" }
        switch verdict.outcome {
        case "pass": return open + "/>\n"
        case "skipped": return open + "><skipped message=\"\(escaped(verdict.skipReason ?? ""))\"/></testcase>\n"
        default:
            let element = verdict.outcome == "fail" ? "failure" : "error"
            let message = verdict.failures.first.map { RunnerReport.line($0, file: result.file) } ?? ""
            return open + "><\(element) type=\"\(verdict.outcome)\" message=\"\(escaped(message))\">\(escaped(FileReport().text(verdict, result)))</\(element)></testcase>\n"
        }
    }

    private static func thousandths(_ seconds: Double) -> Double { Double(Int(seconds * 1000)) / 1000 }

    /// As sqllogictest-rs names its cases.
    private static func name(_ file: String) -> String {
        String(decoding: file.utf8.map { " ./-".utf8.contains($0) ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }

    /// Characters that XML has no way to write become `?`.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += "\t"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
