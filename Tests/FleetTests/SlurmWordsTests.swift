@testable import Fleet
import Testing

@Suite("what Slurm says, and what is made of it") struct SlurmWordsTests {
    @Test("the queue is read line by line; what is no line of it is passed over")
    func queue() {
        let queue = SlurmQueue("slurm: note\n7_0|RUNNING|n1|None\n7_1|PENDING||Resources\n7_2|COMPLETED|n2|None\n7_3|PENDING||(ReqNodeNotAvail, UnavailableNodes:n3)\n")
        #expect(queue.elements.map(\.name) == ["7_0", "7_1", "7_2", "7_3"])
        #expect(queue.waiting.count == 2)
        #expect(queue.reasons == ["the nodes that it needs are down or reserved", "waiting for free nodes"])
        #expect(!queue.isOver)
        #expect(SlurmQueue("7_0|NODE_FAIL|n1|None\n7_1|CANCELLED||None").isOver)
        #expect(SlurmQueue("").isOver)
        // A state of a release to come is no end.
        #expect(!SlurmQueue("7_0|SOMETHING|n1|None").isOver)
    }

    @Test("limits of time are minutes", arguments: [("infinite", nil), ("30:00", 30), ("1:00:00", 60), ("2-00:00:00", 2880), ("1-02:03:04", 1563), ("n/a", nil)] as [(String, Int?)])
    func minutes(text: String, minutes: Int?) {
        #expect(SlurmLimits.minutes(text) == minutes)
    }

    @Test("the partition is found in the arguments of sbatch", arguments: [
        (["--partition=a"], "a"), (["-p", "b"], "b"), (["-pc"], "c"), (["--account=x", "--partition", "d"], "d"), (["--partition=a,b"], nil), ([], nil),
    ] as [([String], String?)])
    func partition(arguments: [String], name: String?) {
        #expect(SlurmLimits.partition(arguments) == name)
    }

    @Test("a job's number stands alone, or before the cluster's name")
    func number() {
        #expect(SlurmJobs.number("123\n") == "123")
        #expect(SlurmJobs.number("123;other\n") == "123")
        #expect(SlurmJobs.number("nothing") == "")
    }

    @Test("a program that is not there is told with what to do")
    func missing() {
        #expect(throws: FleetError.self) { try SlurmTool.ask(["slt-no-such-program"]) }
        do throws(FleetError) { _ = try SlurmTool.ask(["slt-no-such-program"]) } catch { #expect(error.message.contains("name a login node")) }
    }

    @Test("a program has its input, both its outputs are kept, and one that does not end is ended")
    func tool() throws {
        let answer = try #require(try SlurmTool.run(["sh"], input: "echo out; echo err >&2; exit 3"))
        #expect(answer.code == 3)
        #expect(answer.output == "out\n")
        #expect(answer.complaint == "err")
        #expect(try SlurmTool.run(["sleep", "1000"], within: 0.1)?.complaint == "it does not answer")
    }

    @Test("so many workers are so many elements", arguments: [(1, 1, 1), (4, 2, 2), (5, 2, 3), (3, 16, 1)])
    func elements(workers: Int, cores: Int, elements: Int) {
        #expect(SlurmSpec(cores: cores).elements(workers: workers) == elements)
    }
}
