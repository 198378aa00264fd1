import TestSupport
import Testing
@testable import TreeSync

@Suite("A hostile peer") struct HostilePeerTests {
    private let peer = FakeSender()

    @Test("cannot name anything outside", arguments: ["..", ".", "", "/etc/passwd", "a/b", "../x", "a\0b", ".git", ".slt-remote.0123456789abcdef.tmp"])
    func names(_ name: String) async throws {
        let trees = try TreePair()
        for kind in [EntryKind.file, .directory, .link] {
            let bad = peer.manifest { writer in
                writer.byte(3)
                writer.number(1)
                peer.entry(name, kind, size: 1)(&writer)
            }
            let error = await #expect(throws: SyncError.self) { try await peer.receive(peer.greeting() + [bad], into: trees.target) }
            #expect(error?.code == .violation)
        }
        #expect(try shell("cd \(quoted(trees.folder.path)) && find . | LC_ALL=C sort") == ".\n./source\n./target\n")
    }

    @Test("cannot pass limits, lie about digests, or send what was not asked for")
    func lies() async throws {
        let trees = try TreePair()
        let offer = peer.manifest { writer in
            writer.byte(3)
            writer.number(1)
            peer.entry("f", .file, size: 4)(&writer)
        }
        func batch(id: Int, digest: ContentDigest, _ text: String) -> [UInt8] {
            var writer = ByteWriter()
            writer.number(id)
            writer.attributes(Attributes(mode: 0o644, seconds: 1, nanoseconds: 0))
            writer.number(text.utf8.count)
            writer.digest(digest)
            writer.byte(0)
            writer.raw(text.utf8)
            return [MessageKind.batch.rawValue, 0] + writer.bytes
        }
        let right = Array("good".utf8).withUnsafeBytes { ContentDigest.of($0) }
        var end = ByteWriter(.manifestEnd)
        end.number(1)
        end.string("digest".utf8)
        let dataEnd = try JSONPart.encode(.dataEnd, SenderSummary())
        var tiny = ReceiverPolicy.untrusted
        tiny.bytes = 3
        var few = ReceiverPolicy.untrusted
        few.entries = 0
        let start = try peer.greeting()
        let cases: [(String, [[UInt8]], ReceiverPolicy, SyncError.Code)] = [
            ("too many bytes", [offer], tiny, .limit),
            ("too many entries", [offer], few, .violation),
            ("wrong digest", [offer, batch(id: 0, digest: right, "evil")], .untrusted, .violation),
            ("another file", [offer, batch(id: 7, digest: right, "good")], .untrusted, .violation),
            ("nothing", [offer, end.bytes, dataEnd], .untrusted, .violation),
            ("the end too early", [offer, end.bytes], .untrusted, .disconnected),
            ("a manifest without its folders", [peer.manifest { $0.byte(3); $0.number(1); peer.entry("d", .directory)(&$0) }, end.bytes, dataEnd], .untrusted, .violation),
            ("names out of order", [peer.manifest { $0.byte(3); $0.number(2); peer.entry("b", .link)(&$0); peer.entry("a", .link)(&$0) }], .untrusted, .violation),
            ("a name twice", [peer.manifest { $0.byte(3); $0.number(2); peer.entry("a", .link)(&$0); peer.entry("a", .directory)(&$0) }], .untrusted, .violation),
            ("a huge count", [peer.manifest { $0.byte(3); $0.number(1_999_999) }], .untrusted, .violation),
            ("a bomb", [[MessageKind.manifest.rawValue, 1, 0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0]], .untrusted, .violation),
        ]
        for (what, messages, policy, code) in cases {
            let error = await #expect(throws: SyncError.self, "\(what)") { try await peer.receive(start + messages, into: trees.target, policy: policy) }
            #expect(error?.code == code, "\(what): \(String(describing: error))")
            #expect(try shell("cd \(quoted(trees.target)) && rm -rf d && find . -type f") == "", "\(what)")
        }
        let fine = try await peer.receive(start + [offer, end.bytes, batch(id: 0, digest: right, "good"), dataEnd], into: trees.target)
        #expect(fine.created.files == 1)
        #expect(try trees.inTarget("cat f") == "good")
    }

    @Test("cannot crash a receiver or a sender with garbage", arguments: [1, 2, 3, 4] as [UInt64])
    func garbage(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        let trees = try TreePair()
        try trees.inSource("echo a > a && mkdir d && echo b > d/b")
        // A real conversation's messages, damaged.
        let real = try peer.greeting() + [peer.manifest { writer in
            writer.byte(3)
            writer.number(2)
            peer.entry("d", .directory)(&writer)
            peer.entry("f", .file, size: 4)(&writer)
            writer.byte(3)
            writer.number(0)
        }]
        for _ in 0..<60 {
            var messages = real + [(0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...15, using: &random) }]
            let index = Int.random(in: 0..<messages.count, using: &random)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                messages[index][Int.random(in: 0..<messages[index].count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            _ = try? await peer.receive(messages, into: trees.target)

            let (mine, other) = MemoryChannel.pair()
            async let sent = TreeSender.run(root: trees.source, over: other)
            async let drained: Void = { while let message = try? await mine.receive() { _ = message } }()
            try await mine.send(JSONPart.encode(.hello, Greeting(options: SyncOptions())))
            for _ in 0..<3 {
                try? await mine.send((0..<Int.random(in: 1...30, using: &random)).map { _ in UInt8.random(in: 0...14, using: &random) })
            }
            try await mine.finishSending()
            await drained
            _ = try? await sent
        }
        #expect(try shell("cd \(quoted(trees.folder.path)) && find . -maxdepth 1 | LC_ALL=C sort") == ".\n./source\n./target\n")
    }

    @Test("cannot crash the other side with figures that cannot be added up", arguments: [Int.max, .min, -1])
    func figures(_ figure: Int) async throws {
        let trees = try TreePair()
        try trees.inSource("echo a > a")
        var report = SyncReport()
        (report.created.files, report.created.directories, report.problemCount) = (figure, figure, figure)
        let (mine, other) = MemoryChannel.pair()
        async let sent = TreeSender.run(root: trees.source, options: SyncOptions(), over: other)
        async let drained: Void = { while let message = try? await mine.receive() { _ = message } }()
        try await mine.send(JSONPart.encode(.hello, Greeting()))
        try await mine.send(JSONPart.encode(.result, report))
        try await mine.finishSending()
        await drained
        do {
            let told = try await sent
            Issue.record("\(told)")
        } catch let error as SyncError {
            #expect(error.code == .violation, "\(error)")
        }

        var summary = SenderSummary()
        summary.add(SyncProblem(kind: .unreadable, path: TreePath("a"), reason: "because"))
        summary.problemCount = figure
        var end = ByteWriter(.manifestEnd)
        end.number(0)
        end.string("digest".utf8)
        let messages = try peer.greeting() + [peer.manifest { $0.byte(3); $0.number(0) }, end.bytes, JSONPart.encode(.dataEnd, summary)]
        let error = await #expect(throws: SyncError.self) { try await peer.receive(messages, into: trees.target) }
        #expect(error?.code == .violation, "\(String(describing: error))")
    }

    @Test("who receives gets no file that the rules leave out")
    func excludedRequest() async throws {
        let trees = try TreePair()
        try trees.inSource("echo secret > .env && echo a > a && mkdir d")
        for id in [1, 2, 1_000_000] {
            let (mine, other) = MemoryChannel.pair()
            let sent = Task { [source = trees.source] in
                try await TreeSender.run(root: source, rules: SourceRules(excludes: [".env"]), options: SyncOptions(), over: other)
            }
            try await mine.send(JSONPart.encode(.hello, Greeting()))
            while let message = try await mine.receive(), try MessageKind.of(message) != .manifestEnd {}
            try await mine.send(FileRequest.encode([FileRequest(id: id, kind: .send)]))
            while let message = try? await mine.receive() { #expect(try MessageKind.of(message) != .batch) }
            try await mine.finishSending()
            await #expect(throws: SyncError.self) { try await sent.value }
        }
    }

    @Test("link planted in the destination diverts nothing")
    func plantedLink() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p d/e && echo a > d/a && echo b > d/e/b && echo f > f")
        try await trees.push()
        let outside = trees.folder.file("outside")
        try shell("mkdir -p \(quoted(outside))/e && echo mine > \(quoted(outside))/a && echo mine > \(quoted(outside))/keep")
        try trees.inTarget("rm -r d && ln -s ../outside d && rm f && ln -s ../outside/a f")
        try trees.inSource("echo changed > d/a && echo changed > f")
        try await trees.push()
        #expect(try shell("cd \(quoted(outside)) && cat a keep && find . | LC_ALL=C sort") == "mine\nmine\n.\n./a\n./e\n./keep\n")
        #expect(try trees.rsyncDifferences() == "")
        // The same in the middle of a sync: the writer meets the link where it had seen a folder.
        let writer = DestinationWriter(try DirectoryHandle.root(trees.target), RoomMaker(), OpenedFolders())
        try trees.inTarget("rm -r d && ln -s ../outside d")
        #expect(throws: Errno.self) { try writer.delete(PlannedDeletion(path: TreePath("d/keep"), kind: .file)) }
        #expect(throws: Errno.self) { try writer.makeDirectory(TreePath("d/new"), replacing: nil) }
        #expect(throws: Errno.self) { try writer.setAttributes(TreePath("d/a"), .file, Attributes(mode: 0, seconds: 0, nanoseconds: 0)) }
        #expect(try shell("cd \(quoted(outside)) && cat a keep && find . | LC_ALL=C sort") == "mine\nmine\n.\n./a\n./e\n./keep\n")
    }

    @Test("link is refused where the policy allows none")
    func links() async throws {
        let trees = try TreePair()
        try trees.inSource("ln -s /etc/passwd l && echo a > a")
        var policy = ReceiverPolicy.untrusted
        policy.allowsLinks = false
        let report = try await trees.pull(policy: policy)
        #expect(report.problems.map(\.kind) == [.forbidden])
        #expect(try trees.inTarget("ls") == "a\n")
    }
}
