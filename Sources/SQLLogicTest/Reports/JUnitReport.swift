import Glibc
import Platform

/// The results of a command in JUnit's XML: one suite, one case a file. It has what the schemas of Apache Ant and of Jenkins
/// ask for, and nothing that they do not know.
struct JUnitReport {
    let results: [FileResult]
    /// When the first file began, in seconds since 1970.
    let began: Int

    var text: String {
        func count(_ kind: Kind) -> Int { results.count { Self.kind(of: $0) == kind } }
        let numbers = "tests=\"\(results.count)\" failures=\"\(count(.failure))\" errors=\"\(count(.error))\""
            + " skipped=\"\(count(.skipped))\" time=\"\(Self.thousandths(results.reduce(0) { $0 + $1.seconds }))\""
        let place = "package=\"\" id=\"0\" timestamp=\"\(Self.timestamp(began))\" hostname=\"\(Self.escaped(HostName.own))\""
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"sqllogictest\" \(place) \(numbers)>\n<properties/>\n"
        for result in results { text += Self.testCase(result) }
        return text + "<system-out/>\n<system-err/>\n</testsuite>\n</testsuites>\n"
    }

    /// UTC without a time zone, which the schema does not allow.
    private static func timestamp(_ seconds: Int) -> String {
        var (seconds, parts) = (time_t(seconds), tm())
        gmtime_r(&seconds, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
            guard let start = buffer.baseAddress, strftime(start, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts) > 0 else { return "1970-01-01T00:00:00" }
            return String(cString: start)
        }
    }

    /// What JUnit knows of cases; the words are its elements.
    private enum Kind: String { case pass, skipped, failure, error }

    private static func kind(of result: FileResult) -> Kind {
        guard let verdict = result.verdict else { return .error }
        return switch verdict.outcome {
        case .pass: .pass
        case .unsupported, .skipped: .skipped
        case .fail: .failure
        case .timeout, .crashed, .outOfMemory: .error
        }
    }

    private static func testCase(_ result: FileResult) -> String {
        let open = "<testcase name=\"\(escaped(name(result.file)))\" classname=\"sqllogictest\" time=\"\(thousandths(result.seconds))\""
        guard let verdict = result.verdict else { return open + "><error type=\"error\" message=\"\(escaped(result.error?.message ?? ""))\"/></testcase>\n" }
        let kind = kind(of: result)
        switch kind {
        case .pass: return open + "/>\n"
        case .skipped: return open + "><skipped message=\"\(escaped(verdict.skipReason ?? ""))\"/></testcase>\n"
        case .failure, .error:
            let message = verdict.failures.first.map { RunnerReport.line($0, file: result.file) } ?? ""
            let type = verdict.outcome == .fail ? verdict.failures.first?.category?.rawValue : nil
            let attributes = "type=\"\(type ?? verdict.outcome.rawValue)\" message=\"\(escaped(message))\""
            return open + "><\(kind.rawValue) \(attributes)>\(escaped(FileReport().text(verdict, result)))</\(kind.rawValue)></testcase>\n"
        }
    }

    private static func thousandths(_ seconds: Double) -> Double { Double(Int(seconds * 1000)) / 1000 }

    /// As sqllogictest-rs names its cases.
    private static func name(_ file: String) -> String {
        String(decoding: file.utf8.map { " ./-".utf8.contains($0) ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }

    /// Characters that XML cannot hold become `?`.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
