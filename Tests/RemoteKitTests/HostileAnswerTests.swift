import AgentProtocol
import Fleet
import FoundationEssentials
import Glibc
import Platform
@testable import RemoteKit
import TestSupport
import Testing
import TreeSync
import Wire

/// An agent that answers as the test says, and the client that talks to it.
enum FakeAgent {
    static func converse<Result: Sendable>(answering handler: @escaping @Sendable (AgentRequest, Exchange) async throws -> Void,
                                           _ body: @escaping @Sendable (AgentClient) async throws -> Result) async throws -> Result {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let near = DescriptorStream(reading: ends[0], writing: ends[0]), far = DescriptorStream(reading: ends[1], writing: ends[1])
        let there = Hello(build: "test", hostName: "there", pid: 2)
        async let answered: Void = Conversation.answer(over: far, as: there) { exchange in
            try await handler(WireCodec.decode(AgentRequest.self, from: exchange.request), exchange)
        }
        do {
            let result = try await AgentConversation.begin(over: near, as: Hello(build: "test", hostName: "here", pid: 1)) { try await body(AgentClient(conversation: $0)) }
            await near.close()
            try? await answered
            return result
        } catch {
            await near.close()
            try? await answered
            throw error
        }
    }

    static func status(_ id: String, _ phase: RunStatus.Phase = .finished) -> RunStatus {
        RunStatus(id: id, phase: phase, workspace: "/w", createdAt: 0, timeBudget: 1, total: 1, queued: 0, running: 0, outcomes: [.pass: 1], workersWanted: 1)
    }
}

@Suite(.timeLimit(.minutes(30))) struct HostileAnswerTests {
    private static let sample = HostSample(time: 0, cores: [], load: [], memoryTotal: 0, memoryAvailable: 0, processes: 0)

    /// The agent says the same for as long as anybody listens.
    private static func endless(_ exchange: Exchange, _ value: some Encodable & Sendable) async throws {
        while true { try await exchange.send(value: value) }
    }

    @Test("an answer without end to each question ends with an error that says so", arguments: ["runs", "status", "doctor", "pause", "workers", "resume", "note", "logs"])
    func endlessAnswers(_ question: String) async throws {
        let error = await #expect(throws: RemoteError.self) {
            try await FakeAgent.converse { request, exchange in
                switch request {
                case .status: try await Self.endless(exchange, HostReport(hostName: "h", run: nil, mode: nil, sample: Self.sample))
                case .doctor: try await Self.endless(exchange, DoctorReport(hostName: "h", leftovers: [], ended: 0, interrupted: [], memory: .addressSpace))
                case .noteSource: try await Self.endless(exchange, true)
                case .logs: while true { try await exchange.send([UInt8](repeating: 0x61, count: 60000)) }
                default: try await Self.endless(exchange, FakeAgent.status("r"))
                }
            } _: { agent in
                switch question {
                case "runs": _ = try await agent.runs(limit: 20)
                case "status": _ = try await agent.status(run: .any)
                case "doctor": _ = try await agent.doctor(ends: false)
                case "pause": _ = try await agent.pause(run: .any, true)
                case "workers": _ = try await agent.workers(run: .any, count: 1)
                case "resume": _ = try await agent.resume(ResumeRequest(run: .any))
                case "note": try await agent.note(SourceStamp(workspace: "/w"))
                default:
                    var bytes = 0
                    defer { #expect(bytes <= 1 << 20) }
                    try await agent.logs(LogRequest(run: .any, worker: nil, follow: false, tail: 1 << 20)) { bytes += $0.bytes.count }
                }
            }
        }
        #expect(error?.code == .host, "\(String(describing: error))")
        #expect(error?.message.contains("more than") == true, "\(String(describing: error))")
    }

    @Test("a list of few runs that are each as large as a message may be is refused by its bytes")
    func largeAnswers() async throws {
        var large = FakeAgent.status("r")
        large.error = String(repeating: "x", count: 3 << 20)
        let error = await #expect(throws: RemoteError.self) {
            try await FakeAgent.converse { [large] _, exchange in try await Self.endless(exchange, large) } _: { try await $0.runs(limit: 1_000_000) }
        }
        #expect(error?.remedy == .fewerRuns)
        #expect(error?.message.contains("bytes") == true)
    }

    @Test("as many runs as were asked for are taken")
    func honestRuns() async throws {
        let runs = try await FakeAgent.converse { request, exchange in
            guard case .runs(let limit) = request else { return }
            for number in 0..<limit { try await exchange.send(value: FakeAgent.status("r\(number)")) }
        } _: { try await $0.runs(limit: 20) }
        #expect(runs.map(\.id) == (0..<20).map { "r\($0)" })
    }

    @Test("an answer for another run than the one that was named is refused", arguments: ["status", "pause", "workers", "stop", "follow", "resume", "fetch"])
    func anotherRun(_ question: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "Documents/letter")
        let error = await #expect(throws: RemoteError.self) {
            try await FakeAgent.converse { request, exchange in
                let other = FakeAgent.status("Documents")
                switch request {
                case .status: try await exchange.send(value: HostReport(hostName: "h", run: other, mode: .drain, sample: Self.sample))
                case .follow: try await exchange.send(value: FollowMessage.status(other, Self.sample))
                case .fetch: try await exchange.send(value: FetchHeader(status: other))
                default: try await exchange.send(value: other)
                }
            } _: { agent in
                let run = RunChoice.named("asked")
                switch question {
                case "status": _ = try await agent.status(run: run)
                case "pause": _ = try await agent.pause(run: run, true)
                case "workers": _ = try await agent.workers(run: run, count: 1)
                case "stop": _ = try await agent.stop(run: run, now: true)
                case "resume": _ = try await agent.resume(ResumeRequest(run: run))
                case "fetch": _ = try await agent.fetch(run: run, into: folder.path)
                default: try await agent.follow(run: run) { _ in }
                }
            }
        }
        #expect(error?.message.contains("Documents") == true, "\(String(describing: error))")
        #expect(error?.message.contains("asked") == true, "\(String(describing: error))")
        #expect(below(folder.path).sorted() == [folder.file("Documents"), folder.file("Documents/letter")])
    }

    /// A host that sends the folder `tree` as the run `id`.
    private func fetch(_ tree: String, as id: String, into folder: String) async throws -> SyncReport {
        try await FakeAgent.converse { request, exchange in
            guard case .fetch = request else { return }
            try await exchange.send(value: FetchHeader(status: FakeAgent.status(id)))
            _ = try await TreeSender.run(root: tree, rules: SourceRules(gitignore: false, sltignore: false), over: exchange)
        } _: { try await $0.fetch(run: .any, into: folder).report }
    }

    @Test("a host that answers for a folder of the user's, when no run was named, changes nothing in it")
    func documents() async throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "home/Documents/letter")
        try folder.write("{\"id\":\"Documents\"}", to: "tree/spec.json")
        let error = await #expect(throws: RemoteError.self) { try await fetch(folder.file("tree"), as: "Documents", into: folder.file("home")) }
        #expect(error?.code == .usage, "\(String(describing: error))")
        #expect(error?.message.contains("no fetch of this run made it") == true, "\(String(describing: error))")
        #expect(below(folder.file("home")).sorted() == [folder.file("home/Documents"), folder.file("home/Documents/letter")])
    }

    @Test("what the host sends under the names of the user's files is reported, and the files stay")
    func foreignNames() async throws {
        let folder = try TemporaryFolder()
        for (name, text) in ["spec.json": "{}", "logs/worker-0.log": "log"] { try folder.write(text, to: "tree/" + name) }
        #expect(try await fetch(folder.file("tree"), as: "r", into: folder.file("home")).isPartial == false)
        for name in ["notes", "logs/notes", "sub/notes", "dir/notes"] { try folder.write("mine", to: "home/r/" + name) }
        for name in ["notes", "logs/notes", "sub", "dir/notes", ".fetched", "new"] { try folder.write("theirs", to: "tree/" + name) }
        try FileManager.default.createSymbolicLink(atPath: folder.file("tree/link"), withDestinationPath: "/etc")
        let report = try await fetch(folder.file("tree"), as: "r", into: folder.file("home"))
        #expect(report.isPartial)
        #expect(Set(report.problems.map(\.path.description)) == ["notes", "logs/notes", "sub", "dir/notes", ".fetched", "link"])
        for name in ["notes", "logs/notes", "sub/notes", "dir/notes"] {
            #expect(try String(contentsOfFile: folder.file("home/r/" + name), encoding: .utf8) == "mine", "\(name)")
        }
        #expect(try String(contentsOfFile: folder.file("home/r/new"), encoding: .utf8) == "theirs")
        #expect(!FileManager.default.fileExists(atPath: folder.file("home/r/link")))
    }

    @Test("what a fetch wrote is updated and goes when the host has it no more; folders with the user's files stay")
    func mirrorsOwn() async throws {
        let folder = try TemporaryFolder()
        for (name, text) in ["spec.json": "{}", "summary.json": "old", "results/0/1": "record", "results/1/1000": "record"] { try folder.write(text, to: "tree/" + name) }
        _ = try await fetch(folder.file("tree"), as: "r", into: folder.file("home"))
        try folder.write("mine", to: "home/r/results/0/mine")
        try FileManager.default.removeItem(atPath: folder.file("tree/summary.json"))
        try FileManager.default.removeItem(atPath: folder.file("tree/results"))
        try folder.write("{\"changed\":1}", to: "tree/spec.json")
        #expect(try await fetch(folder.file("tree"), as: "r", into: folder.file("home")).isPartial == false)
        let left = below(folder.file("home/r")).map { String($0.dropFirst(folder.file("home/r/").count)) }.sorted()
        #expect(left == [".fetched", "results", "results/0", "results/0/mine", "spec.json"])
        #expect(try String(contentsOfFile: folder.file("home/r/spec.json"), encoding: .utf8) == "{\"changed\":1}")
    }
}
