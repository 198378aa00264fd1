import AgentProtocol
import Fleet
import Synchronization
import Testing

@Suite struct UntrustedTextTests {
    @Test("what a build prints is cut into safe lines")
    func lines() {
        let shown = Shown()
        let lines = UntrustedLines { shown.add($0) }
        lines.add(UntrustedText(Array("\u{1B}[1;31merror\u{1B}[0m: x\r\nprogress 1\rprogress 2\n\u{1B}]0;title\u{7}evil".utf8)))
        lines.finish()
        #expect(shown.lines.prefix(2) == ["error: x", "progress 2"])
        #expect(shown.lines.count == 3)
        #expect(shown.lines.last?.utf8.contains { $0 < 0x20 } == false)
    }

    @Test("an endless line is shown in pieces")
    func endless() {
        let shown = Shown()
        let lines = UntrustedLines { shown.add($0) }
        lines.add(UntrustedText([UInt8](repeating: 0x61, count: 20_000)))
        lines.finish()
        #expect(shown.lines.count == 5)
    }

    @Test("a run's name from a host cannot lead out of the results' folder",
          arguments: ["..", "a/b", "", ".hidden", "a\0b", "x\ny", String(repeating: "a", count: 200)])
    func names(name: String) { #expect(!RunSpec.isValid(id: name)) }

    @Test("an ordinary run's name is taken")
    func goodName() { #expect(RunSpec.isValid(id: "20261121-013000-k3f9")) }
}

final class Shown: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }
    func add(_ line: String) { kept.withLock { $0.append(line) } }
}
