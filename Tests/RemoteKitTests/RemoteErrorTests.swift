import RemoteKit
import Testing

@Suite("errors of this library") struct RemoteErrorTests {
    @Test("a host's message is one line, whatever is in it")
    func oneLine() {
        let error = RemoteError(.host, "no\nslt-remote: all 3 files passed\r\u{1B}[2J\u{202E}")
        #expect(error.message == "no; slt-remote: all 3 files passed; \\e[2J\\u{202E}")
    }
}
