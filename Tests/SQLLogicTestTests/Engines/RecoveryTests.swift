import Synchronization
@testable import SQLLogicTest
import Testing

@Suite("An engine that comes back") struct RecoveryTests {
    /// Refuses the first `refusals` looks at it.
    private final class Recovering: Engine {
        let name = "recovering"
        private let left: Mutex<Int>
        private let isRetryable: Bool

        init(refusals: Int, isRetryable: Bool) {
            left = Mutex(refusals)
            self.isRetryable = isRetryable
        }

        func makeDatabase(for file: String) throws(SQLLogicTestError) -> any EngineDatabase { throw SQLLogicTestError(.engine, "none") }

        func check(afterLoss: Bool) throws(SQLLogicTestError) {
            let isRefused = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if isRefused { throw SQLLogicTestError(.engine, "cannot connect", isRetryable: isRetryable) }
        }
    }

    @Test("is waited for, at the start as after a loss", arguments: [true, false])
    func waits(afterLoss: Bool) throws {
        var looks = 0
        try Recovering(refusals: 2, isRetryable: true).waitUntilUsable(afterLoss: afterLoss) { looks += 1 }
        #expect(looks == 3)
    }

    @Test("is not waited for at the start when its error cannot pass")
    func isFinal() {
        var looks = 0
        #expect(throws: SQLLogicTestError.self) { try Recovering(refusals: 9, isRetryable: false).waitUntilUsable(afterLoss: false) { looks += 1 } }
        #expect(looks == 1)
    }

    @Test("is waited for after a loss whatever its error is, up to the limit")
    func limit() throws {
        try Recovering(refusals: 1, isRetryable: false).waitUntilUsable(afterLoss: true)
        var looks = 0
        #expect(throws: SQLLogicTestError.self) { try Recovering(refusals: 9, isRetryable: true).waitUntilUsable(afterLoss: true, limit: 0.3) { looks += 1 } }
        #expect(looks == 3)
    }
}
