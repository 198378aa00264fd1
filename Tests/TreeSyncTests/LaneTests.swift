import Synchronization
import TestSupport
import Testing
@testable import TreeSync

@Suite("Further lanes") struct LaneTests {
    /// A sync whose sender may open `count` lanes, of which `broken` fail before they carry anything.
    /// - Parameter drops: whether the receiver drops a lane when it has all, in the place of saying so.
    @concurrent private func push(_ trees: TreePair, lanes count: Int, broken: Int = 0, drops: Bool = false) async throws -> (report: SyncReport, used: Int) {
        let (mine, other) = MemoryChannel.pair()
        let intake = LaneReceiver()
        let opened = Mutex(0)
        let lanes = BulkLanes(count: count, threshold: 1) { body in
            let number = opened.withLock { opened in
                opened += 1
                return opened
            }
            if number <= broken { throw MemoryChannel.Cut() }
            let (far, near) = MemoryChannel.pair(cutAfter: drops ? 0 : .max)
            async let carried: Void = {
                try await intake.carry(far)
                if drops { _ = try? await far.send([0]) } else { try await far.finishSending() }
            }()
            try await body(near)
            try await carried
        }
        async let received = TreeReceiver.run(root: trees.target, policy: .trusted, lanes: intake, over: other)
        let sent = try await TreeSender.run(root: trees.source, options: SyncOptions(compression: .never), lanes: lanes, over: mine)
        #expect(try await received == sent)
        return (sent, opened.withLock { $0 })
    }

    @Test("carry content in any order to a right end", arguments: [(1, 0), (3, 0), (3, 1), (2, 2)])
    func content(_ lanes: (count: Int, broken: Int)) async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("mkdir d; head -c 30000000 /dev/urandom > big; head -c 9000001 /dev/urandom > d/other; for i in $(seq 300); do head -c 50000 /dev/urandom > d/$i; done")
        let (report, used) = try await push(trees, lanes: lanes.count, broken: lanes.broken)
        #expect(used == lanes.count)
        #expect(report.problems.isEmpty)
        #expect(report.created.files == 302)
        #expect(try trees.rsyncDifferences() == "")
        #expect(try shell("cd \(quoted(trees.source)) && cmp big ../target/big && cmp d/other ../target/d/other") == "")
    }

    @Test("that the receiver drops when it has all do not end the sync before its report")
    func dropped() async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("for i in $(seq 40); do head -c 1000000 /dev/urandom > $i; done")
        let (report, used) = try await push(trees, lanes: 3, drops: true)
        #expect(used == 3)
        #expect(report.created.files == 40)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("that come too late are dropped without a word, and the sync goes on")
    func late() async throws {
        let trees = try TreePair()
        try trees.inSource("head -c 3000000 /dev/urandom > big")
        let (mine, other) = MemoryChannel.pair()
        let intake = LaneReceiver()
        let (near, far) = MemoryChannel.pair(cutAfter: 0)
        async let received = TreeReceiver.run(root: trees.target, policy: .trusted, lanes: intake, over: other)
        // The lane joins and breaks while the receiver waits for the sender's greeting.
        let hasJoined = try await eventually {
            do {
                _ = try? await near.send([0])
                try await intake.carry(far)
                return false
            } catch { return error is MemoryChannel.Cut }
        }
        #expect(hasJoined)
        let sent = try await TreeSender.run(root: trees.source, options: SyncOptions(compression: .never), over: mine)
        #expect(try await received == sent)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("are not opened where nothing is to be sent")
    func none() async throws {
        let trees = try TreePair()
        try trees.inSource("echo a > a; cp -a a ../target/")
        #expect(try await push(trees, lanes: 2).used == 0)
    }

    @Test("of holes keep them, and files that only hold a hole have the right size")
    func holes() async throws {
        let trees = try TreePair()
        try trees.inSource("truncate -s 50M empty; truncate -s 40M mixed; printf x | dd of=mixed bs=1 seek=20000000 conv=notrunc status=none; truncate -s 200K small")
        let report = try await trees.push()
        #expect(report.bytesLiteral < 1 << 20)
        #expect(try shell("cd \(quoted(trees.source)) && for f in empty mixed small; do cmp $f ../target/$f; done") == "")
        #expect(try trees.rsyncDifferences() == "")
        #expect(try trees.inTarget("du -k empty mixed small | awk '$1 > 100'") == "")
    }
}
