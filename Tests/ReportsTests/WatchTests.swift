import AgentProtocol
import Fleet
@testable import RemoteKit
@testable import Reports
import Testing

@Suite("the live view") struct WatchTests {
    private func view(_ status: RunStatus?, cpu: Double = 0.94) -> WatchView {
        var view = WatchView(host: "sandbox")
        view.show(HostReport(hostName: "h", run: status, mode: .drain, sample: Samples.host(cpu: cpu)))
        return view
    }

    private func press(_ view: inout WatchView, _ keys: String) -> [WatchView.Action?] { keys.utf8.map { view.key($0) } }

    @Test("keys ask for what they say")
    func keys() {
        var status = Samples.status(wanted: 3, workers: Samples.workers(3))
        var watch = view(status)
        #expect(press(&watch, "q+-xp") == [.quit, .workers(4), .workers(2), nil, .pause(true)])
        status.paused = .asked
        watch.show(HostReport(hostName: "h", run: status, mode: .drain, sample: Samples.host()))
        #expect(press(&watch, "p") == [.pause(false)])
        #expect(watch.lines(Style(height: 24)).last?.contains("p resume") == true)
        status.workersWanted = 1
        watch.show(HostReport(hostName: "h", run: status, mode: .drain, sample: Samples.host()))
        #expect(press(&watch, "-") == [.redraw])
        #expect(watch.lines(Style(height: 24)).last == "a run has one worker or more; p pauses it")
        var ended = Samples.status(.finished, queued: 0, running: 0)
        ended.outcomes[.untested] = 25
        let last = view(ended).lines(Style(height: 24))
        #expect(last.last == "q quit   s sort by elapsed")
        #expect(last.contains { $0.contains(" 34/59 files, 0 running, 0 queued") }, "what is untested is not done")
        var none = view(nil)
        #expect(press(&none, "p+w") == [.redraw, .redraw, .redraw])
    }

    @Test("a worker's log is chosen by its number and left with a key")
    func log() throws {
        var watch = view(Samples.status(workers: Samples.workers(20)))
        #expect(press(&watch, "w12\r") == [.redraw, .redraw, .redraw, .log(worker: 12)])
        #expect(watch.logged == 12)
        watch.show(log: Array("one\n\u{1B}[2Jtwo\n".utf8))
        let lines = watch.lines(Style(height: 10))
        try #require(lines.count == 9)
        #expect(lines[0] == "log of worker 12 on sandbox")
        #expect(lines[1] == "one")
        #expect(!lines[2].contains("\u{1B}"))
        #expect(press(&watch, "pq") == [nil, .redraw])
        #expect(watch.logged == nil)
        #expect(press(&watch, "w\n") == [.redraw, .log(worker: 0)])
    }

    @Test("the order changes with each press of s")
    func sort() {
        var workers = Samples.workers(3)
        workers[1].cpu = 3
        var watch = view(Samples.status(workers: workers))
        func first() -> String { watch.lines(Style(height: 24)).drop { !$0.hasPrefix("slot") }.dropFirst().first ?? "" }
        #expect(first().hasPrefix("   0"))
        _ = watch.key(UInt8(ascii: "s"))
        #expect(first().hasPrefix("   2"))
        _ = watch.key(UInt8(ascii: "s"))
        #expect(first().hasPrefix("   1"))
    }

    @Test("the view fits its terminal exactly, whatever it shows", arguments: [(80, 24), (200, 50), (40, 10), (20, 5)])
    func fits(_ size: (Int, Int)) {
        for workers in [0, 3, 64, 1000] {
            var status = Samples.status(wanted: workers, workers: Samples.workers(workers))
            for index in status.workers.indices where index % 9 == 0 { status.workers[index].stalled = 40 }
            status.paused = .memory
            for keys in ["", "s", "w1", "w1\n"] {
                var watch = view(status, cpu: 0.1)
                _ = press(&watch, keys)
                let lines = watch.lines(Style(width: size.0, height: size.1))
                #expect(lines.count == size.1 - 1)
                #expect(lines.allSatisfy { Columns.width($0) <= size.0 })
            }
        }
    }

    @Test("workers that have no room beside each other are counted, and the host's lines stay", arguments: 12...60)
    func tooMany(height: Int) throws {
        let status = Samples.status(wanted: 200, workers: Samples.workers(200))
        let lines = StatusScreen(status: status, sample: Samples.host(), host: "sandbox", now: Samples.start).lines(Style(width: 200, height: height))
        #expect(lines.count == height)
        #expect(lines.last?.contains("memory") == true)
        let rest = try #require(lines.first { $0.contains("more worker") })
        let hidden = try #require(Int(rest.filter(\.isNumber)))
        // Idle ones have no file; they come last, and there is room for less than half.
        let shown = lines.reduce(0) { $0 + $1.split(separator: " ").count { $0.contains("slt_good_") } }
        #expect(hidden + shown == 200, "\(rest)")
    }

    @Test("a wide terminal shows 64 workers beside each other")
    func wide() {
        let lines = view(Samples.status(wanted: 64, workers: Samples.workers(64))).lines(Style(width: 200, height: 50))
        #expect(!lines.contains { $0.contains("more worker") })
        #expect(lines.contains { $0.contains("slt_good_0.test") && $0.contains("slt_good_32.test") })
    }

    @Test("what is wrong with a run is said in words")
    func warnings() {
        func words(_ change: (inout RunStatus) -> Void, cpu: Double = 0.12) -> [String] {
            var status = Samples.status(queued: 4, wanted: 64, workers: Samples.workers(4))
            change(&status)
            return RunWarnings(status: status, sample: Samples.host(cores: 64, cpu: cpu), host: "sandbox").lines
        }
        #expect(words { _ in } == ["CPU 12 %: 60 of 64 workers idle because the queue has 4 files left"])
        #expect(words({ _ in }, cpu: 0.9).isEmpty)
        #expect(words { $0.paused = .asked } == ["the run is paused; resume it with: slt-remote pause --host sandbox --off"])
        #expect(words { $0.paused = .memory }.first == "no file is started for lack of memory: the host has 110 GB left")
        #expect(words({ $0.workers[1].stalled = 61; $0.workers[2].stalled = 40; $0.workers[2].cpu = 0 }, cpu: 0.9)
            == ["2 workers stalled, 1 spinning, 1 sleeping: worker 1 for 1m01s on third_party/sqllogictest/test/index/between/1/slt_good_1.test:121"])
        #expect(words { status in
            status.queued = 900
            for index in status.workers.indices { status.workers[index].cpu = 0 }
            status.workersWanted = 4
            status.workersWanted = 64
            status.workers = (0..<64).map { slot in
                var worker = WorkerStatus(slot: slot, pid: 1, state: .running)
                worker.cpu = 0.01
                return worker
            }
        } == ["CPU 12 %: 64 of 64 workers run a file without using the CPU; they wait for something else"])
    }

    @Test("the summary says where the workers' time went")
    func use() {
        var status = Samples.status(.finished, finishedAfter: 100, utilisation: 0.62)
        var use = FleetUse()
        (use.wanted, use.active, use.startup, use.claims, use.tail) = (400, 380, 1, 3, 16)
        status.use = use
        status.flaky = 2
        let text = RunReport(status: status, failures: [], host: "h").text(Style(), now: 0)
        #expect(text.contains("workers busy 95.0 % of the time; lost to start-up 0.3 %, claims 0.8 %, the tail 4.0 %\n"))
        #expect(text.contains("2 files passed and failed on the same sources (flaky)\n"))
    }
}
