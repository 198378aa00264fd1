import Glibc
import Synchronization
import Platform
import TestSupport
import Testing
@testable import TreeSync

@Suite("A sync that is cut") struct CutTests {
    /// Reads the files of a folder over and over, as any program there might, and keeps those that are neither the old
    /// nor the new ones.
    private final class Reader: Sendable {
        private let folder: String
        private let allowed: [String: Set<ContentDigest>]
        private let state = Monitor((isStopped: false, isDone: false, rounds: 0, damaged: [String]()))

        init(_ folder: String, allowed: [String: Set<ContentDigest>]) {
            self.folder = folder
            self.allowed = allowed
            let isStarted = (try? SystemThread.start { [self] in
                while !state.withLock({ $0.isStopped }) { look() }
                state.withLock { $0.isDone = true }
            }) != nil
            precondition(isStarted)
        }

        /// Whatever is done to a file, one of these changes.
        private struct State: Hashable {
            var file: ino_t
            var size: off_t
            var modified: Int
            var changed: Int
        }

        /// How each file was when it was last read, and right.
        private let known = Monitor([String: State]())

        private func look() {
            for (name, digests) in allowed {
                var status = stat()
                guard stat(folder + "/" + name, &status) == 0 else { continue }
                let now = State(file: status.st_ino, size: status.st_size, modified: status.st_mtim.tv_sec << 30 + status.st_mtim.tv_nsec,
                                changed: status.st_ctim.tv_sec << 30 + status.st_ctim.tv_nsec)
                guard known.withLock({ $0[name] }) != now else { continue }
                known.withLock { $0[name] = now }
                guard let digest = CutTests.digest(folder + "/" + name), !digests.contains(digest) else { continue }
                state.withLock { $0.damaged.append(name) }
            }
            state.withLock { $0.rounds += 1 }
        }

        /// - Returns: what was damaged at any time.
        func stop() -> [String] {
            // At least one look at the end's state.
            let rounds = state.withLock { $0.rounds }
            state.wait { $0.rounds > rounds + 1 ? () : nil }
            state.withLock { $0.isStopped = true }
            return state.wait { $0.isDone ? $0.damaged : nil }
        }
    }

    private static func digest(_ path: String) -> ContentDigest? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
              let bytes = try? FileBytes.readAll(descriptor, limit: Int(status.st_size)) else { return nil }
        return bytes.withUnsafeBytes { ContentDigest.of($0) }
    }

    private static func files(_ folder: String) throws -> [String] {
        try shell("cd \(quoted(folder)) && find . -type f ! -name '.slt-remote.*' -printf '%P\\n'").split(separator: "\n").map(String.init)
    }

    /// Bytes on the disk of what is kept of `name`.
    private func kept(_ name: String, in folder: String) -> Int {
        var status = stat()
        let part = String(decoding: TemporaryName.make(for: Array(name.utf8)), as: UTF8.self)
        return stat(folder + "/" + part, &status) == 0 ? Int(status.st_blocks) * 512 : 0
    }

    @Test("at any of 50 places shows only whole files, and the next one completes it with what came", arguments: 1...10 as ClosedRange<UInt64>)
    func cuts(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        let trees = try TreePair(in: "/dev/shm")
        let before = trees.folder.file("before")
        try trees.inSource("""
            mkdir -p d/e gone && head -c 3000000 /dev/urandom > delta && head -c 900000 /dev/urandom > rewritten && for i in $(seq 30); do head -c 3000 /dev/urandom > d/$i; echo $i > d/e/$i; done \
            && echo x > gone/x && echo t > tofolder && mkdir tofile && echo in > tofile/in
            """)
        try await trees.push()
        try shell("cp -a \(quoted(trees.target)) \(quoted(before))")
        try trees.inSource("""
            { head -c 100 /dev/urandom; cat delta; head -c 1000000 /dev/urandom; } > delta.new && mv delta.new delta && head -c 1000000 /dev/urandom > rewritten && head -c 4000000 /dev/urandom > new \
            && truncate -s 30M sparse && echo end >> sparse && for i in $(seq 15); do head -c 9000 /dev/urandom > d/$i; done && mkdir n && for i in $(seq 40); do head -c 20000 /dev/urandom > n/$i; done \
            && rm -r gone tofile && echo f > tofile && rm tofolder && mkdir tofolder && echo i > tofolder/i && ln d/1 n/hard && ln -s a n/link
            """)
        var allowed: [String: Set<ContentDigest>] = [:]
        for root in [before, trees.source] {
            for name in try Self.files(root) { allowed[name, default: []].insert(try #require(Self.digest(root + "/" + name))) }
        }
        // A whole one, to know how many bytes go which way.
        let options = SyncOptions(compression: .never)
        let whole = MemoryChannel.pair()
        let reference = try await trees.push(options: options, channels: whole)
        for _ in 0..<5 {
            try shell("rm -rf \(quoted(trees.target)) && cp -a \(quoted(before)) \(quoted(trees.target))")
            let isBack = Int.random(in: 0..<3, using: &random) == 0
            let bytes = Int.random(in: 0..<(isBack ? whole.1.sent : whole.0.sent), using: &random)
            let channels = MemoryChannel.pair(cutAfterBytes: bytes, back: isBack)
            let reader = Reader(trees.target, allowed: allowed)
            let isPull = Bool.random(using: &random)
            _ = await #expect(throws: (any Error).self, "\(bytes) bytes") {
                if isPull { try await trees.pull(options: options, policy: .trusted, channels: channels) } else { try await trees.push(options: options, channels: channels) }
            }
            let kept = ["delta": kept("delta", in: trees.target), "new": kept("new", in: trees.target)]
            let report = try await trees.push(options: options)
            #expect(reader.stop().isEmpty)
            #expect(report.problems.isEmpty)
            // What is kept of the new file need not come again, but for a piece and the chunks at its ends.
            let saved = max(0, kept["new"]! - 1_800_000)
            #expect(report.bytesLiteral <= reference.bytesLiteral + 200_000 - UInt64(saved), "\(kept), \(report.bytesLiteral) of \(reference.bytesLiteral)")
            let differences = TreeSnapshot(trees.source).differences(TreeSnapshot(trees.target))
            #expect(differences.isEmpty, "cut after \(bytes) bytes \(isBack ? "back" : "there"): \(differences.prefix(5))")
            #expect(try shell("find \(quoted(trees.target)) -name '.slt-remote.*'") == "")
        }
    }

    @Test("again and again gets to its end, and sends a large file not much more than once")
    func again() async throws {
        let trees = try TreePair(in: "/dev/shm")
        try trees.inSource("head -c 24000000 /dev/urandom > f && echo a > a")
        var literal: UInt64 = 0
        var attempts = 0
        let step = 6_000_000
        while attempts < 12 {
            attempts += 1
            let channels = MemoryChannel.pair(cutAfterBytes: step, back: false)
            let done = try? await trees.push(options: SyncOptions(compression: .never), channels: channels)
            literal += UInt64(channels.0.sent)
            if done != nil { break }
            #expect(try trees.inTarget("test -e f || echo none") == "none\n")
        }
        #expect(try trees.inTarget("cmp f ../source/f && ls -A | tr '\\n' ' '") == "a f ")
        #expect(attempts > 3, "\(attempts)")
        #expect(attempts < 10, "\(attempts)")
        #expect(literal < 48_000_000, "\(literal)")
    }
}
