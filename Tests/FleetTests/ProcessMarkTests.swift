import Testing
@testable import Fleet

@Suite("The mark of a process") struct ProcessMarkTests {
    @Test("tells whether the process has ended, and says nothing of other hosts")
    func life() throws {
        let own = ProcessMark.own
        #expect(!ProcessMark.isOver(own))
        var words = own.split(separator: " ").map(String.init)
        try #require(words.count == 4)
        words[3] = "1"
        #expect(ProcessMark.isOver(words.joined(separator: " ")))
        words[0] += "-other"
        #expect(!ProcessMark.isOver(words.joined(separator: " ")))
        // A machine of the same name and boot with pids of its own, as a container or a node of a cluster is.
        words[0] = Machine.processes + "/4026531837"
        #expect(!ProcessMark.isOver(words.joined(separator: " ")))
        for odd in ["", "a b c d", "somebody's own comment"] { #expect(!ProcessMark.isOver(odd)) }
    }
}
