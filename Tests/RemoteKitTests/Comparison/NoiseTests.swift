import Fleet
@testable import RemoteKit
import Testing

@Suite("a file's own noise") struct NoiseTests {
    @Test("one earlier run: twice as slow, and by what matters")
    func one() throws {
        let noise = try #require(Noise([1]))
        #expect(noise.isExceeded(by: 2))
        #expect(!noise.isExceeded(by: 1.99))
        #expect(try #require(Noise([0.05])).isExceeded(by: 0.2) == false)
    }

    @Test("a file that was that slow before is not slower; one hiccup in a long past hides nothing")
    func known() throws {
        #expect(try #require(Noise([1, 1, 4, 1, 4, 1, 1])).isExceeded(by: 4) == false)
        #expect(try #require(Noise([1, 1, 4, 1, 1, 1, 1])).isExceeded(by: 3))
        #expect(try #require(Noise([1, 2, 3, 4, 5])).isExceeded(by: 7) == false)
        #expect(try #require(Noise([0.10, 0.11, 0.10])).isExceeded(by: 0.31))
        #expect(try #require(Noise([0.04, 0.04, 0.04])).isExceeded(by: 0.13) == false)
        #expect(Noise([]) == nil)
        #expect(Noise([.nan, .infinity, -1]) == nil)
    }

    @Test("a file that has grown, failed, or was not run to its end is not slower; a machine that is slower makes no file so")
    func incomparable() {
        func run(_ cpu: Double, tests: Int = 10) -> ComparedRun { ComparedRun(records: (0..<30).map { .passed("\($0)", cpu: cpu, tests: tests) }) }
        #expect(RunComparison.between(run(1), run(4, tests: 40)).slower.isEmpty)
        let busy = RunComparison.between(run(1), run(1.9))
        #expect(busy.slower.isEmpty)
        #expect(busy.cpuRatio == 1.9)
        // What is slower by more than a busy machine explains is the engine, in all files.
        #expect(RunComparison.between(run(1), run(5)).slower.count == 30)
        var failed = FileRecord.failed("0", .of("x", line: 1))
        failed.cpu = 9
        #expect(RunComparison.between(ComparedRun(records: [.passed("0", cpu: 1)]), ComparedRun(records: [failed])).slower.isEmpty)
        #expect(RunComparison.between(ComparedRun(records: [.passed("0", cpu: 1)]), ComparedRun(records: [.passed("0", cpu: 9)]), pastCPU: nil).slower.isEmpty)
        #expect(RunComparison.between(ComparedRun(records: [.passed("0")]), ComparedRun(records: [.passed("0", cpu: 9)])).slower.isEmpty)
    }
}
