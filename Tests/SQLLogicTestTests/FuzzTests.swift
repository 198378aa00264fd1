import FoundationEssentials
import Testing
@testable import SQLLogicTest

/// The parsers of all dialects take any bytes: more than 200,000 mutations of real records, the same ones every time.
@Suite("Fuzzing") struct FuzzTests {
    /// Each slice runs as a test case of its own, so at once.
    private static let slices = 8
    private static let executions = 25_600

    /// Records in the form of each dialect; the last word of a mutation's fate is a parser's, not SQLite's.
    private static let seeds: [[UInt8]] = {
        let root = #filePath.firstRange(of: "/Tests/").map { String(#filePath[..<$0.lowerBound]) } ?? ""
        var texts = [
            "hash-threshold 8\r\n\r\nstatement ok\r\nCREATE TABLE tab0(col0 INTEGER)\r\n\r\nquery I rowsort label-0\r\nSELECT - col0 FROM tab0\r\n----\r\n9 values hashing to e20b902b49a98b1a05ed62804c757f94\r\n",
            "skipif mysql # not compatible\nquery III nosort\nSELECT 1, 2,\n 3\n----\n1\n2\n3\n\nonlyif sqlite\nhalt\n",
            "loop i 0 10\n\nforeach x,y a,1 b,2\n\nskipif i=2&&y<>1\nstatement error con\nSELECT {i}\n----\n<REGEX>:.*\n\nendloop\n\nendloop\n",
            "require parquet\n\nmode skip\n\nquery TT\nSELECT '{x}', ${y}\n----\na\tb\n\nmode unskip\n\nreset label q\n",
        ]
        if let file = try? Data(contentsOf: URL(filePath: root + "/Tests/Scripts/rs/every-record.slt")) {
            for part in String(decoding: file, as: UTF8.self).components(separatedBy: "\n\n", every: 6) { texts.append(part) }
        }
        return texts.map { Array($0.utf8) }
    }()

    private static let words = [
        "\n", "\r\n", "\0", "#", "----\n", "\n\n", "query ", "statement error ", "skipif ", "onlyif i<", "halt\n", "retry 3 backoff 1s", "endloop\n", "loop i 0 9\n",
        "<slt:ignore>", "control sortmode ", "let a,b\n", "system ok\n", "\u{FF}", " ", "\t", "9 values hashing to ", "99999999999999999999", "${a:", "(42P01)", "[", "*",
    ].map { Array($0.utf8) }

    private static func mutated(_ random: inout SplitMix64) -> [UInt8] {
        var bytes = seeds[random.below(seeds.count)]
        for _ in 0..<random.between(1, 5) {
            let at = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.insert(contentsOf: words[random.below(words.count)], at: at)
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + random.below(30)))
            case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(60))], at: random.below(bytes.count + 1))
            case 4: bytes.removeSubrange(at...)
            default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
            }
        }
        return bytes
    }

    @Test("no bytes crash a parser or keep it for ever, and its records lie within the script", arguments: 0..<slices)
    func parsers(slice: Int) {
        var random = SplitMix64(seed: 0x5EED + UInt64(slice))
        var wrong = 0
        for number in 0..<Self.executions {
            let script = Script(Self.mutated(&random))
            // SQLite's dialect is met most, and parsed fastest.
            switch number % 8 {
            case 0: _ = try? RSParser.parse(script)
            case 1: _ = try? DuckParser.parse(script)
            case 2: _ = ScriptFormatter.normalised(script, number % 16 == 2 ? .rs : .sqlite)
            default: if !Self.isSound(script) { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }

    private static func isSound(_ script: Script) -> Bool {
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var (records, line) = (0, 0)
        while parser.next(&record) {
            records += 1
            guard record.line >= line, record.endLine >= record.line, records <= script.count + 1 else { return false }
            guard record.sql.bytes.end <= script.count, record.expected.bytes.end <= script.count else { return false }
            line = record.line
        }
        return true
    }
}

extension String {
    /// Pieces of `every` parts each.
    fileprivate func components(separatedBy separator: String, every count: Int) -> [String] {
        var parts: [Substring] = []
        var rest = self[...]
        while let found = rest.firstRange(of: separator) {
            parts.append(rest[..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        parts.append(rest)
        return stride(from: 0, to: parts.count, by: count).map { parts[$0..<min($0 + count, parts.count)].joined(separator: separator) }
    }
}
