import SQLLogicTest
import Testing

@Suite("Sorting, hashing and comparing") struct CompareRules {
    private static let eight = (1...8).map { "SELECT \($0)" }.joined(separator: " UNION ALL ")
    private static let three = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 10"
    /// The MD5 of `1`, `10` and `2`, each with a line end.
    private static let threeSorted = "3 values hashing to 91ff90854a35e9226df03b9b06c2f9c8"

    @Test("rowsort compares rows column by column with strcmp: unsigned bytes, a prefix is smaller")
    func rowsort() throws {
        let rows = "SELECT 'b','x' UNION ALL SELECT 'a','z' UNION ALL SELECT 'a','yy' UNION ALL SELECT 'ab','a'"
        #expect(try verdict(script("query TT rowsort", rows, ["a", "yy", "a", "z", "ab", "a", "b", "x"])).errors == 0)
        let long = "SELECT 'aaaaaaaaab','1' UNION ALL SELECT 'aaaaaaaaa','2' UNION ALL SELECT 'aaaaaaaa','3'"
        #expect(try verdict(script("query TT rowsort", long, ["aaaaaaaa", "3", "aaaaaaaaa", "2", "aaaaaaaaab", "1"])).errors == 0)
    }

    @Test("valuesort sorts all values one by one")
    func valuesort() throws {
        #expect(try verdict(script("query II valuesort", "SELECT 10, 9 UNION ALL SELECT 1, 2", ["1", "10", "2", "9"])).errors == 0)
    }

    @Test("nosort is the default and keeps the engine's order")
    func nosort() throws {
        #expect(try verdict(script("query I nosort", "SELECT 2 UNION ALL SELECT 1", ["2", "1"])).errors == 0)
        #expect(try verdict(script("query I", "SELECT 2 UNION ALL SELECT 1", ["1", "2"])).errors == 2)
    }

    @Test("the default hash-threshold is 8: up to that values are compared one by one, otherwise the single line must equal the hash line")
    func defaultThreshold() throws {
        let listed = (1...8).map(String.init)
        #expect(try verdict(script("query I", Self.eight, listed)).errors == 0)
        let text = script("query I", Self.eight + " UNION ALL SELECT 9", listed + ["9"])
        #expect(try report("\n" + text) == ["t:5: wrong result hash", "1 errors out of 1 tests in t - 0 skipped."])
    }

    @Test("the digest is the lowercase hex md5 over value + \\n for every value after sorting; the hash line is N values hashing to DIGEST")
    func hash() throws {
        #expect(try verdict("hash-threshold 2\n\n" + script("query I rowsort", Self.three, [Self.threeSorted])).errors == 0)
        #expect(try verdict("hash-threshold 2\n\n" + script("query I nosort", Self.three, [Self.threeSorted])).errors == 1)
    }

    @Test("a hash line given for a small result, or a listing for a big one, fails")
    func wrongForm() throws {
        #expect(try report(script("query I rowsort", Self.three, [Self.threeSorted])) == [
            "t:4: wrong result - expected [\(Self.threeSorted)] got [1]", "t:4: too many result rows - expected 1 got 3",
            "2 errors out of 1 tests in t - 0 skipped.",
        ])
        #expect(try report("hash-threshold 1\n\n" + script("query I rowsort", "SELECT 1 UNION SELECT 2", ["1", "2"])) == [
            "t:6: wrong result hash", "1 errors out of 1 tests in t - 0 skipped.",
        ])
    }

    @Test("hash-threshold 0, or one that is not a number, never hashes", arguments: ["0", "", "many", "-0"])
    func thresholdZero(argument: String) throws {
        #expect(try verdict("hash-threshold \(argument)\n\n"
            + script("query I", Self.eight + " UNION ALL SELECT 9", (1...9).map(String.init))).errors == 0)
    }

    @Test("--ht N wins over the file for the whole run")
    func thresholdOverride() throws {
        var options = RunOptions()
        options.hashThreshold = 2
        #expect(try verdict("hash-threshold 100\n\n" + script("query I rowsort", Self.three, [Self.threeSorted]), options).errors == 0)
        options.hashThreshold = 0
        #expect(try verdict("hash-threshold 1\n\n" + script("query I rowsort", Self.three, ["1", "10", "2"]), options).errors == 0)
    }

    @Test("lines are compared one by one, exactly, and every wrong line is reported")
    func everyLine() throws {
        #expect(try report(script("query I", Self.three, ["1", "3", "11"])) == [
            "t:5: wrong result - expected [3] got [2]", "t:6: wrong result - expected [11] got [10]",
            "2 errors out of 1 tests in t - 0 skipped.",
        ])
    }

    @Test("too many result rows - expected E got G")
    func tooMany() throws {
        #expect(try report(script("query I", "SELECT 1 UNION ALL SELECT 2", ["1"])).first == "t:4: too many result rows - expected 1 got 2")
        #expect(try report(script("query I", "SELECT 1", []) + "\n").first == "t:4: too many result rows - expected 0 got 1")
    }

    @Test("too few result rows - expected E got G")
    func tooFew() throws {
        #expect(try report(script("query I", "SELECT 1", ["1", "2", "3"])) == [
            "t:6: too few result rows - expected 3 got 1", "1 errors out of 1 tests in t - 0 skipped.",
        ])
    }

    @Test("the first use of a label stores its digest, a later use must equal it")
    func labels() throws {
        let once = script("query I rowsort l", "SELECT 1 WHERE 0", [])
        #expect(try report(once + "\n" + once + "\n" + script("query I rowsort l", "SELECT 1", ["1"])) == [
            "t:9: labeled result [l] does not agree with previous values", "1 errors out of 3 tests in t - 0 skipped.",
        ])
        let ordered = script("query I rowsort x", "SELECT 2 UNION ALL SELECT 1", ["1", "2"])
        #expect(try verdict(ordered + "\n" + script("query I nosort x", "SELECT 1 UNION ALL SELECT 2", ["1", "2"])).errors == 0)
    }

    @Test("with n=0 a label's digest is the md5 of nothing")
    func emptyLabel() throws {
        func file(_ digest: String) -> String {
            script("query I nosort l", "SELECT 1 WHERE 0", []) + "\nonlyif mysql\n" + script("query I nosort l", "SELECT 1", ["0 values hashing to \(digest)"])
        }
        #expect(try verdict(file("d41d8cd98f00b204e9800998ecf8427e")).errors == 0)
        #expect(try verdict(file("d41d8cd98f00b204e9800998ecf8427f")).errors == 1)
    }

    @Test("line numbers are the start of the record for failures, below its conditions, and the result line for mismatches")
    func lineNumbers() throws {
        let text = "skipif mysql\nonlyif sqlite\nquery I\nSELECT x\n\nskipif mysql\nquery II\nSELECT 1,\n# two\n2\n----\n1\n# two\n3\n\nonlyif sqlite\nstatement ok\nnonsense\n"
        #expect(try report(text).map { $0.split(separator: " ")[0] } == ["t:3:", "t:14:", "t:17:", "3"])
    }

    @Test("a label that does not agree and a wrong value are two errors")
    func labelAndValue() throws {
        #expect(try verdict(script("query I nosort l", "SELECT 1", ["1"]) + "\n" + script("query I nosort l", "SELECT 2", ["1"])).errors == 2)
    }

    @Test("a label is cut to 20 bytes when its query is executed")
    func longLabel() throws {
        let stem = String(repeating: "l", count: 20)
        let first = script("query I nosort \(stem)a", "SELECT 1", ["1"])
        let second = script("query I nosort \(stem)b", "SELECT 2", ["2"])
        #expect(try report(first + "\n" + second).first == "t:6: labeled result [\(stem)] does not agree with previous values")
        #expect(try verdict(first + "\nonlyif mysql\n" + second).errors == 0)
    }

    @Test("a skipped query with a label still takes part in the label check: by its hash line; an empty expected block takes no part")
    func skippedLabel() throws {
        let query = script("query I rowsort l1", Self.three, [Self.threeSorted])
        let text = "hash-threshold 2\n\nonlyif mysql\n\(query)\n\(query)\nonlyif mysql\n"
            + script("query I rowsort l1", "SELECT 1", ["1"]) + "\nonlyif mysql\n"
            + script("query I rowsort l2", "SELECT 1", []) + "\n" + script("query I rowsort l2", "SELECT 5", ["5"])
        #expect(try report(text) == [
            "t:15: labeled result [l1] does not agree with previous values", "1 errors out of 2 tests in t - 3 skipped.",
        ])
    }

    @Test("a skipped query without a hash line takes part by the md5 of its expected lines, each with \\n")
    func skippedListing() throws {
        let listed = script("query I rowsort l", Self.three, ["1", "10", "2"])
        #expect(try verdict("skipif sqlite\n\(listed)\n\(listed)").errors == 0)
        #expect(try verdict("skipif sqlite\n\(listed)\n" + script("query I rowsort l", "SELECT 1", ["1"])).errors == 1)
    }

    @Test("labels live for one file")
    func labelsPerFile() throws {
        let runner = FileRunner()
        let engine = try SQLiteEngine()
        for value in ["1", "2"] {
            #expect(try runner.run(Script(script("query I nosort l", "SELECT \(value)", [value])), on: engine).errors == 0)
        }
    }

    @Test("a failure says which SQL, and shows the values behind a wrong hash")
    func failureTexts() throws {
        let failure = try verdict("hash-threshold 2\n\n" + script("query I rowsort", Self.three, ["x"])).failures[0]
        #expect(failure.sql == Self.three)
        #expect(failure.expected == "x")
        #expect(failure.actual == Self.threeSorted + "\n1\n10\n2\n")
    }
}
