import Glibc
import Platform
@testable import SSH
import Testing

@Suite struct BlockingWaitTests {
    @Test("a wait is over when a descriptor is ready, and says which")
    func seesReady() throws {
        let (first, second) = (try EventFlag(), try EventFlag())
        var wait = BlockingWait(abort: try EventFlag(), deadline: Clock.after(.seconds(60)))
        second.set()
        let ready = try wait.ready([first, second].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) })
        #expect(ready == [0, Int16(POLLIN)])
        #expect(try wait.ready(second.descriptor, Int32(POLLIN)))
    }

    @Test("a wait ends at its deadline; what is ready then is not late")
    func endsLate() throws {
        let flag = try EventFlag()
        var wait = BlockingWait(abort: try EventFlag(), deadline: Clock.after(.milliseconds(20)))
        #expect(try !wait.ready(flag.descriptor, Int32(POLLIN)))
        #expect(Clock.monotonic >= wait.deadline)
        flag.set()
        #expect(try wait.ready(flag.descriptor, Int32(POLLIN)))
    }

    @Test("an abort from another thread ends a wait that would last for ever, before and during it")
    func endsAborted() throws {
        let abort = try EventFlag()
        var wait = BlockingWait(abort: abort, deadline: .max)
        try SystemThread.start {
            Clock.pauseThread(0.02)
            abort.set()
        }
        for _ in 0 ..< 2 { #expect(throws: CancellationError.self) { try wait.ready([]) } }
        #expect(abort.isSet)
    }

    @Test("what is waited for is told once, when it is due, and the wait goes on")
    func tells() throws {
        let log = NoteCollector()
        let notice = WaitNotice(log.logger, after: .milliseconds(10), "an answer")
        var wait = BlockingWait(abort: try EventFlag(), deadline: Clock.after(.milliseconds(60)), notice: notice)
        for _ in 0 ..< 2 {
            #expect(try wait.ready([]) == nil)
            #expect(log.notes == ["still waiting for an answer, for 0 s now"])
        }
    }
}
