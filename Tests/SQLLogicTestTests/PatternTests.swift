@testable import SQLLogicTest
import Testing

@Suite("Regular expressions") struct PatternTests {
    /// The expression, a text that has it, and one that has not.
    @Test("Rust's syntax means what it means there", arguments: [
        ("^\\d+$", "42٤٢", "4x"), ("^\\D$", "x", "٤"), ("^\\w+$", "größe_1", "a b"), ("^\\W$", "-", "ß"), ("^\\s$", "\u{2003}", "x"), ("^\\S$", "x", "\u{A0}"),
        ("^[\\w-]+$", "größe-1", "a+b"), ("^[^\\d]$", "x", "٤"), ("^[\\s,]+$", ",\u{A0}", "x"), ("(?i)GRÖSSE", "größe: grösse", "grosse"),
        ("(?<year>\\d{4})", "2024", "24"), ("(?P<year>\\d{4})", "2024", "24"), ("^\\u00e9$", "é", "e"), ("^\\u{1F600}$", "😀", "x"), ("^\\x41\\x{e9}$", "Aé", "A"),
        ("^[\\u{e0}-\\u{e9}]$", "é", "a"), ("^.$", "😀", "ab"), ("^.$", "é", "\n"), ("(?s)^.$", "\n", "ab"), ("(?m)^b$", "a\nb", "a b"), ("a$", "ba", "a\n"),
        ("a\\z", "ba", "a\n"), ("(?u)^a$", "a", "b"), ("(?u:a)$", "a", "b"), ("(?i-s:A)", "a", "b"), ("(?U)a+", "aa", "b"),
        ("^\\p{Greek}+$", "αβγ", "abc"), ("^[[:alpha:]]+$", "abc", "a1"), ("^\\[\\]\\.\\*$", "[].*", "x"), ("^[]a]+$", "]a", "b"), ("^a\\-b$", "a-b", "ab"),
        ("(?:ab)+$", "abab", "ba"), ("a{2}", "aa", "a"), ("a{2,}b", "aaab", "ab"), ("\\{\\}", "{}", "x"), ("}", "}", "{"), ("[{]", "{", "}"), ("a\\_b", "a_b", "ab"), ("\\<b\\>", "a b", "ab"), ("\\pN\\p{Nd}", "12", "a2"), ("", "", nil), ("x|", "y", nil),
    ])
    func rust(pattern: String, match: String, other: String?) throws {
        #expect(try Pattern(pattern, .rust).isFound(in: match))
        if let other { #expect(try !Pattern(pattern, .rust).isFound(in: other)) }
    }

    @Test("RE2's syntax is taken as it is, looks at the whole text, and lets . match line ends when asked")
    func re2() throws {
        #expect(try Pattern("a.b", .re2, dotMatchesNewlines: true).isWhole("a\nb"))
        #expect(try !Pattern("a.b", .re2).isWhole("a\nb"))
        #expect(try !Pattern("a", .re2).isWhole("ab"))
        #expect(try Pattern("a|ab", .re2).isWhole("ab"))
        #expect(try Pattern("\\Q.*\\E", .re2).isWhole(".*"))
        #expect(try !Pattern("\\w+", .re2).isWhole("größe"))
        #expect(throws: PatternError.self) { try Pattern("(?=a)", .re2) }
    }

    @Test("any bytes are an expression or none, and end no process")
    func total() {
        let pieces = ["\\", "[", "]", "(", ")", "?", "<", "P", "{", "}", "x", "u", "1", "^", "-", "&", "é", "*", "i", ":", "Q", "|", "9", ","]
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            let text = (0..<Int(random.next() % 9)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            for syntax in [Pattern.Syntax.rust, .re2] { _ = try? Pattern(text, syntax).isFound(in: "a]é-1") }
        }
    }
}
