@testable import AgentProtocol
import Fleet
import Testing
import TreeSync
import Wire

struct MessageTests {
    @Test("a build's output crosses as it is, and its end as JSON", arguments: [
        PrepareMessage.output(UntrustedText([])), .output(UntrustedText([0, 0xFF, 0x0A])), .ended(.exited(3)), .ended(.signaled("SIGKILL")), .ended(.timedOut),
    ])
    func prepareMessages(message: PrepareMessage) throws {
        #expect(try PrepareMessage(bytes: message.bytes) == message)
    }

    @Test("a message that is no part of a build is refused", arguments: [[], [2], [1], [1, 0x7B]] as [[UInt8]])
    func otherMessages(bytes: [UInt8]) {
        let fault = #expect(throws: WireFault.self) { try PrepareMessage(bytes: bytes) }
        #expect(fault?.code == .malformed)
    }

    @Test("errors cross with a code, their words and whether a retry helps")
    func errors() {
        #expect(WireFault(FleetError(.otherTree, "cannot: it is another's")) == WireFault(.otherTree, "cannot: it is another's"))
        #expect(WireFault(FleetError(.locked, "wait", isRetryable: true)) == WireFault(.locked, "wait", isRetryable: true))
        #expect(WireFault(FleetError(.noSuchRun, "no")).code == .request)
    }
}
