import Platform
import Testing

@Suite("text that is made safe") struct SafeTextTests {
    @Test("control characters and what hides text are escaped", arguments: [
        ("plain ünï 日本", "plain ünï 日本"), ("a\nb\r\t", "a\\nb\\r\\t"), ("\u{1B}[2J", "\\e[2J"), ("\u{7}\u{7F}", "\\x07\\x7f"),
        ("\u{9B}31m", "\\x9b31m"), ("a\u{202E}b", "a\\u{202E}b"), ("\u{200B}", "\\u{200B}"), ("\u{2028}", "\\u{2028}"), ("", ""),
    ])
    func escapes(text: String, shown: String) { #expect(SafeText.line(text) == shown) }

    @Test("long text is cut and says so")
    func cut() {
        #expect(SafeText.line("abcdef", limit: 4) == "abc…")
        #expect(SafeText.line("abcd", limit: 4) == "abcd")
        #expect(SafeText.line("a", limit: 0) == "")
        #expect(SafeText.lines("a\r\nb\nc\n", limit: 2, width: 9) == ["a", "b", "… and 1 more line"])
        #expect(SafeText.lines("a\n\nb", limit: 9, width: 9) == ["a", "", "b"])
        #expect(SafeText.lines("", limit: 9, width: 9).isEmpty)
    }
}
