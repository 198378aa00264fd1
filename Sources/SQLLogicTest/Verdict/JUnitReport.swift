/// The results of a command in JUnit's XML: one suite, one case a file.
enum JUnitReport {
    static func text(_ results: [FileResult]) -> String {
        let verdicts = results.map { try? $0.end.get() }
        let failures = verdicts.count { $0?.passed == false }
        let errors = verdicts.count { $0 == nil }
        let skipped = verdicts.count { $0?.passed == true && $0?.skipReason != nil }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        text += "<testsuite name=\"sqllogictest\" tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\">\n"
        for result in results { text += testCase(result) }
        return text + "</testsuite>\n</testsuites>\n"
    }

    private static func testCase(_ result: FileResult) -> String {
        let open = "<testcase name=\"\(escaped(name(result.file)))\" file=\"\(escaped(result.file))\" time=\"\(seconds(result))\""
        switch result.end {
        case .failure(let error):
            return open + "><error message=\"\(escaped(error.message))\"/></testcase>\n"
        case .success(let verdict) where !verdict.passed:
            let first = verdict.failures.first
            let body = FileReport().text(verdict, result)
            return open + "><failure message=\"\(escaped(first.map { RunnerReport.line($0, file: result.file) } ?? ""))\">\(escaped(body))</failure></testcase>\n"
        case .success(let verdict):
            guard let reason = verdict.skipReason else { return open + "/>\n" }
            return open + "><skipped message=\"\(escaped(reason))\"/></testcase>\n"
        }
    }

    private static func seconds(_ result: FileResult) -> Double { Double(Int(result.seconds * 1000)) / 1000 }

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
