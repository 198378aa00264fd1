import Glibc
import Platform
import TestSupport
import Testing
@testable import TreeSync

@Suite("A hostile peer's content") struct HostileContentTests {
    private let sender = FakeSender()

    private func offer(_ name: String, size: UInt64) throws -> [[UInt8]] {
        var end = ByteWriter(.manifestEnd)
        end.number(1)
        end.string("digest".utf8)
        return try sender.greeting() + [sender.manifest { writer in
            writer.byte(3)
            writer.number(1)
            sender.entry(name, .file, size: size)(&writer)
        }, end.bytes]
    }

    private func piece(_ bytes: [UInt8], at offset: UInt64, of size: UInt64, digest: ContentDigest? = nil) -> [UInt8] {
        bytes.withUnsafeBytes { FilePiece(id: 0, offset: offset, size: size, digest: digest ?? ContentDigest.of($0)).encoded($0, packed: nil) }
    }

    private func ending(_ size: UInt64, literal: UInt64) -> [UInt8] {
        FileEnding(id: 0, size: size, literal: literal, attributes: Attributes(mode: 0o644, seconds: 1, nanoseconds: 0), remark: .none).encoded()
    }

    @Test("that is not what its sizes and digests say ends the sync, and nothing of it is to be seen")
    func lies() async throws {
        let trees = try TreePair()
        try trees.inTarget("echo old > f; echo kept > kept")
        var small = ReceiverPolicy.untrusted
        small.bytes = 3 << 20
        let bytes = [UInt8](repeating: 7, count: 512 << 10)
        let wrong = ContentDigest(low: 1, high: 2)
        let dataEnd = try JSONPart.encode(.dataEnd, SenderSummary())
        let cases: [(String, [[UInt8]], SyncError.Code)] = [
            ("a digest of something else", [piece(bytes, at: 0, of: 1 << 20, digest: wrong)], .violation),
            ("a piece beyond the end", [piece(bytes, at: 1 << 20, of: 1 << 20)], .violation),
            ("a piece at the end of all numbers", [piece(bytes, at: .max, of: 1 << 20)], .violation),
            ("two sizes", [piece(bytes, at: 0, of: 1 << 20), piece(bytes, at: 512 << 10, of: 2 << 20)], .violation),
            ("two ends", [ending(1 << 20, literal: 1 << 20), ending(1 << 20, literal: 1 << 20)], .violation),
            ("more bytes than the file has", [ending(10, literal: 11)], .violation),
            ("a file of exabytes in a piece", [piece(bytes, at: 0, of: 1 << 62)], .limit),
            ("a file of exabytes that is one hole", [ending(1 << 62, literal: 0)], .limit),
            ("one piece again and again", Array(repeating: piece(bytes, at: 0, of: 1 << 20), count: 8), .limit),
            ("less than it should be", [piece(bytes, at: 0, of: 1 << 20), ending(1 << 20, literal: 1 << 20), dataEnd], .violation),
            ("nothing at all", [dataEnd], .violation),
        ]
        for (what, messages, code) in cases {
            let error = await #expect(throws: SyncError.self, "\(what)") {
                try await sender.receive(offer("f", size: 1 << 20), into: trees.target, policy: small) { channel in
                    try await sender.wait(for: .requests, on: channel)
                    for message in messages { try await channel.send(message) }
                }
            }
            #expect(error?.code == code, "\(what): \(String(describing: error))")
            #expect(try trees.inTarget("cat f; ls -A | tr '\\n' ' '") == "old\nf kept ", "\(what)")
        }
        #expect(try shell("cd \(quoted(trees.folder.path)) && ls | tr '\\n' ' '") == "source target ")
    }

    @Test("goes nowhere else, whatever is swapped for a link while it is written")
    func swaps() async throws {
        let trees = try TreePair(in: "/dev/shm")
        let outside = trees.folder.file("outside")
        try shell("mkdir -p \(quoted(outside))/e && cd \(quoted(outside)) && for i in $(seq 40); do echo mine > $i; echo mine > e/$i; done && chmod 640 [0-9]* e/* && chmod 750 e && find . -exec touch -h -d 2001-01-01 {} +")
        let before = TreeSnapshot(outside)
        try trees.inSource("mkdir -p d/e && for i in $(seq 40); do echo $i > d/$i; echo $i > d/e/$i; done && head -c 2000000 /dev/urandom > d/big")
        try await trees.push()
        let state = Monitor((isStopped: false, isDone: false, swaps: 0))
        let (folder, spare) = (trees.target + "/d", trees.folder.file("spare"))
        let isStarted = (try? SystemThread.start {
            while !state.withLock({ $0.isStopped }) {
                // The folder is away, a link is there, and back.
                if rename(folder, spare) == 0 {
                    _ = symlink(outside, folder)
                    unlink(folder)
                    if rename(spare, folder) != 0 {
                        // The sync has made a new one.
                        _ = try? shell("rm -rf \(quoted(spare))")
                    }
                }
                state.withLock { $0.swaps += 1 }
            }
            state.withLock { $0.isDone = true }
        }) != nil
        #expect(isStarted)
        var reached = 0
        for round in 0..<20 {
            try trees.inSource("for i in $(seq 40); do echo \(round) $i > d/$i; echo \(round) $i > d/e/$i; done && echo \(round) >> d/big && rm -rf d/n* && mkdir d/n\(round) && ln -s x d/n\(round)/l && ln d/1 d/n\(round)/h && chmod 7\(round % 8)0 d/e && touch -d @\(round) d")
            if (try? await trees.push(options: SyncOptions(force: true))) != nil { reached += 1 }
        }
        state.withLock { $0.isStopped = true }
        state.wait { $0.isDone ? () : nil }
        #expect(state.withLock { $0.swaps } > 100)
        #expect(TreeSnapshot(outside).differences(before).isEmpty, "\(TreeSnapshot(outside).differences(before).prefix(5))")
        #expect(try shell("cd \(quoted(trees.folder.path)) && ls -A | grep -v spare | tr '\\n' ' '") == "outside source target ")
        try await trees.push(options: SyncOptions(force: true))
        #expect(TreeSnapshot(trees.source).differences(TreeSnapshot(trees.target)).isEmpty)
        #expect(reached > 0)
    }
}
