import Testing
@testable import SQLLogicTest

/// Its errors and lengths are computed, not tried: no luck is in these tests.
@Suite("the sequential test of failures that are not there each time")
struct SequentialTestTests {
    /// How likely one that fails at a rate is taken, and how many runs that needs on average.
    private func outcome(_ test: SequentialTest, failingAt rate: Double) -> (taken: Double, runs: Double) {
        var open: [Int: (test: SequentialTest, probability: Double)] = [0: (test, 1)]
        var taken = 0.0, runs = 0.0
        while !open.isEmpty {
            var next: [Int: (test: SequentialTest, probability: Double)] = [:]
            for (failures, state) in open {
                runs += state.probability
                for isFailure in [false, true] {
                    let probability = state.probability * (isFailure ? rate : 1 - rate)
                    guard probability > 0 else { continue }
                    var test = state.test
                    switch test.note(isFailure: isFailure) {
                    case .fails?: taken += probability
                    case .holds?: break
                    case nil:
                        let count = failures + (isFailure ? 1 : 0)
                        next[count] = (test, probability + (next[count]?.probability ?? 0))
                    }
                }
            }
            open = next
        }
        return (taken, runs)
    }

    @Test("its errors are not more likely than it says", arguments: [0.02, 0.1, 0.3, 0.5, 0.9, 1])
    func errors(measured: Double) {
        let test = SequentialTest(measured: measured)
        #expect(outcome(test, failingAt: measured).taken >= 1 - SequentialTest.wrongRefusal)
        // Its end after so many runs takes a little of that.
        #expect(outcome(test, failingAt: test.rate).taken >= 1 - SequentialTest.wrongRefusal - 0.02)
        #expect(outcome(test, failingAt: test.rate * SequentialTest.share).taken <= SequentialTest.wrongAcceptance)
        #expect(outcome(test, failingAt: 0).taken == 0)
    }

    @Test("what clearly fails or clearly does not is decided after few runs", arguments: [(0.1, 45.0, 34.0), (0.3, 14, 11), (0.5, 9, 6), (0.9, 3, 3)])
    func lengths(measured: Double, holds: Double, fails: Double) {
        let test = SequentialTest(measured: measured)
        #expect(outcome(test, failingAt: 0).runs <= holds)
        #expect(outcome(test, failingAt: measured).runs <= fails)
    }

    @Test("it ends for every rate", arguments: [0.001, 0.01, 0.5])
    func ends(measured: Double) {
        var test = SequentialTest(measured: measured)
        var runs = 0
        // Neither one nor the other.
        while test.note(isFailure: runs % Int(3 / measured) == 0) == nil { runs += 1 }
        #expect(test.runs <= test.most)
    }

    @Test("the confidence is that of the binomial distribution")
    func confidence() {
        #expect(SequentialTest.confidence(failures: 0, runs: 20, measured: 0.5) == 0)
        // That none of 20 fails at 5 %: 0.95^20.
        #expect(abs(SequentialTest.confidence(failures: 1, runs: 20, measured: 0.5) - 0.358_485_922_4) < 1e-9)
        #expect(SequentialTest.confidence(failures: 10, runs: 20, measured: 0.5) > 0.999_999)
        #expect(SequentialTest.confidence(failures: 20, runs: 20, measured: 1) > 0.999_999)
    }

    @Test("a candidate has no judgement before it is decided, and one that says nothing has one at once")
    func judgements() {
        var test = SequentialTest(measured: 0.5)
        var judgement: Judgement? = .same
        var isOpen = test.isOpen(&judgement)
        #expect(isOpen && judgement == nil)
        judgement = .same
        isOpen = test.isOpen(&judgement)
        #expect(!isOpen && judgement == .same)

        test = SequentialTest(measured: 0.5)
        var runs = 0
        repeat {
            judgement = runs == 0 ? .same : .otherwise(.columns)
            runs += 1
        } while test.isOpen(&judgement)
        #expect(judgement == .otherwise(.columns) && runs > 7)

        judgement = .invalid(.ended)
        isOpen = test.isOpen(&judgement)
        #expect(!isOpen && judgement == .invalid(.ended))
        judgement = nil
        isOpen = test.isOpen(&judgement)
        #expect(!isOpen)
    }
}
