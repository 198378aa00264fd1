@testable import Reports
import Testing

@Suite("what reaches a terminal")
struct ScreenTextTests {
    @Test("only the colours of a report are left in it, and none where there are none")
    func onlyOurs() {
        let painted = "\u{1B}[31mred\u{1B}[0m \u{1B}[2J\u{1B}[35m\u{9B}31m\u{202E}x\u{7F}"
        #expect(ScreenText(painted, Style(color: true)).text == "\u{1B}[31mred\u{1B}[0m \\e[2J\\e[35m\\x9b31m\\u{202E}x\\x7f")
        #expect(ScreenText(painted, Style()).text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }
}
