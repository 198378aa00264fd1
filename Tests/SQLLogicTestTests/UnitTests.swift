import CSQLite
@testable import SQLLogicTest
import Testing

@Suite("Parts") struct UnitTests {
    @Test("whole numbers are written as Swift prints them")
    func decimals() {
        var random = SplitMix64(seed: 1)
        var values: [Int64] = [0, 1, -1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, .max, .min]
        for shift in 0..<64 { values.append(Int64(bitPattern: random.next() >> UInt64(shift))) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Decimal.longest) { buffer in
            for value in values {
                let length = Decimal.write(value, to: buffer.baseAddress.unsafelyUnwrapped)
                #expect(String(decoding: buffer[..<length], as: UTF8.self) == String(value))
            }
        }
    }

    @Test("whole reals are written as SQLite prints them")
    func wholeReals() {
        var random = SplitMix64(seed: 2)
        var table = ResultTable()
        for index in 0..<2000 {
            let value = Double(Int64(bitPattern: random.next()) >> Int64(24 + index % 40)).rounded()
            guard abs(value) < 1e12 else { continue }
            table.removeAll()
            table.append(wholeReal: Int64(value))
            var buffer = [CChar](repeating: 0, count: 200)
            csqlite_format_real(200, &buffer, value)
            let expected = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let shown = String(decoding: table.value(0), as: UTF8.self)
            // An expectation for each of them would take seconds.
            if shown != expected { Issue.record("\(value) is shown as \(shown), not \(expected)") }
        }
    }

    @Test("sorting gives the order of strcmp", arguments: [1, 2, 3])
    func sorting(columns: Int) {
        var random = SplitMix64(seed: UInt64(columns))
        var table = ResultTable()
        var sorted = ResultTable()
        var sorter = ResultSorter()
        for count in [0, 1, 2, 7, 40, 500] {
            table.removeAll()
            table.columns = columns
            var rows: [[[UInt8]]] = []
            for _ in 0..<count {
                let row = (0..<columns).map { _ in (0..<random.below(12)).map { _ in UInt8(random.between(0x61, 0x62)) } }
                for value in row { value.withUnsafeBufferPointer { table.append(formatted: $0) } }
                rows.append(row)
            }
            func before(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool {
                left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) }
            }
            sorter.sort(table, by: .rowsort, into: &sorted)
            let byRow = values(sorted)
            #expect(byRow == rows.sorted(by: before).flatMap { $0 })
            sorter.sort(table, by: .valuesort, into: &sorted)
            let byValue = values(sorted)
            #expect(byValue == rows.flatMap { $0 }.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    private func values(_ table: borrowing ResultTable) -> [[UInt8]] {
        var values: [[UInt8]] = []
        for index in 0..<table.count { values.append(Array(table.value(index))) }
        return values
    }

    @Test("a table grows to many and to long values")
    func growth() {
        var table = ResultTable()
        for value in 0..<50_000 { table.append(integer: Int64(value)) }
        let long = [UInt8](repeating: 0x78, count: 3_000_000)
        long.withUnsafeBufferPointer { table.append(text: $0) }
        let (count, isExhausted) = (table.count, table.isExhausted)
        #expect(count == 50_001)
        #expect(!isExhausted)
        let last = String(decoding: table.value(49_999), as: UTF8.self)
        #expect(last == "49999")
        let length = table.value(50_000).count
        #expect(length == long.count)
    }

    @Test("digests are MD5 in small hexadecimal digits")
    func digest() {
        #expect(digest("") == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(digest("message digest") == "f96b697d7cb7938d525a2f31aaf161d0")
    }

    private func digest(_ text: String) -> String {
        Array(text.utf8).withUnsafeBufferPointer { String(decoding: ResultDigest.of($0), as: UTF8.self) }
    }

    @Test("a hash line is recognised", arguments: [
        ("3 values hashing to abc", "abc"), ("30 values hashing to x", "x"), ("values hashing to x", nil), ("3 values hashing to ", nil),
        ("3 values hashing ", nil), ("-3 values hashing to x", nil), ("", nil), ("3", nil),
    ] as [(String, String?)])
    func hashLine(line: String, digest: String?) {
        let named = Array(line.utf8).withUnsafeBufferPointer { ResultDigest.named(in: $0) }
        #expect(named.map { String(decoding: $0, as: UTF8.self) } == digest)
    }

    @Test("numbers are read as atoi reads them", arguments: [
        ("8", 8), ("", 0), ("x", 0), ("12x", 12), ("-5", -5), ("+7", 7), ("99999999999999999999", 2_147_483_647), ("-", 0),
    ])
    func atoi(text: String, value: Int) {
        #expect(Array(text.utf8).withUnsafeBufferPointer { ASCII.leadingInteger($0) } == value)
    }

    @Test("the generator of random numbers is SplitMix64")
    func splitMix() {
        var random = SplitMix64(seed: 1_234_567)
        #expect((0..<3).map { _ in random.next() } == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }
}
