import Glibc
import Platform
import TestSupport
import Testing
@testable import TreeSync

@Suite("A sync that cannot do all") struct FailureTests {
    @Test("refuses a mass deletion and changes nothing, unless forced", arguments: ["wrong", "empty"])
    func massDeletion(_ what: String) async throws {
        let trees = try TreePair()
        try trees.inTarget("mkdir d && for i in $(seq 20); do echo $i > d/$i; done && echo old > same")
        if what == "wrong" { try trees.inSource("mkdir d && for i in $(seq 8); do echo $i > d/$i; done && echo newer > same && echo n > n") }
        let before = try trees.inTarget("ls -lR --time-style=full-iso")
        let error = await #expect(throws: SyncError.self) { try await trees.push() }
        #expect(error?.code == .massDeletion)
        #expect(error?.remedy == .deleteAnyway)
        #expect(try trees.inTarget("ls -lR --time-style=full-iso") == before)
        let dry = try await trees.push(options: SyncOptions(dryRun: true))
        #expect(dry.needsForce)
        #expect(dry.deleted.files == (what == "wrong" ? 12 : 21))
        try await trees.push(options: SyncOptions(force: true))
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("names what is neither file, folder nor link in a note, and is whole without it")
    func unsupported() async throws {
        let trees = try TreePair()
        try trees.inSource("mkfifo fifo && mkdir d && echo a > d/a && echo b > b && mkfifo d/pipe")
        try trees.inTarget("echo mine > fifo")
        let log = EventLog()
        let report = try await trees.push(events: log.handler)
        #expect(report.notes.map(\.kind) == [.unsupportedType, .unsupportedType])
        #expect(report.noteCount == 2)
        #expect(report.problems.isEmpty)
        #expect(!report.isPartial)
        #expect(Set(log.problems.map(\.path)) == [TreePath("fifo"), TreePath("d/pipe")])
        #expect(try trees.inTarget("cat d/a b fifo") == "a\nb\nmine\n")
    }

    @Test("reports what a normal user may not read or write, and goes on", .enabled(if: getuid() == 0, "needs root to become another user"))
    func permissions() async throws {
        // Made here, because the child cannot remove it once it is another user.
        let parent = try TemporaryFolder()
        try shell("chmod 755 \(quoted(parent.path))")
        await #expect(processExitsWith: .success) { [path = parent.path as String] in
            let trees = try TreePair(in: path)
            try shell("chmod 777 \(quoted(trees.folder.path))")
            try shell("chmod 777 \(quoted(trees.source)) \(quoted(trees.target))")
            try trees.inSource("mkdir -p locked/x ro/in && echo s > secret && chmod 600 secret && chmod 700 locked && echo o > open && echo r > ro/in/r")
            try trees.inTarget("mkdir -p locked/x foreign && echo keep > locked/x/keep && chmod 777 locked locked/x && echo f > foreign/f && chmod 755 foreign")
            #expect(setgid(65534) == 0)
            #expect(setuid(65534) == 0)
            let report = try await trees.push()
            let kinds = Set(report.problems.map { "\($0.kind) \($0.path)" })
            #expect(kinds.isSuperset(of: ["unreadable secret", "unreadable locked", "undeletable foreign/f"]))
            #expect(report.isPartial)
            #expect(try trees.inTarget("cat open locked/x/keep ro/in/r") == "o\nkeep\nr\n")
        }
    }

    @Test("fills folders that are read-only for their owner", .enabled(if: getuid() == 0, "needs root to become another user"))
    func readOnlyForOwner() async throws {
        await #expect(processExitsWith: .success) {
            guard setgid(65534) == 0, setuid(65534) == 0 else { exit(2) }
            let trees = try TreePair()
            try trees.inSource("mkdir -p ro/in && echo a > ro/in/a && echo b > ro/b && chmod 555 ro/in ro")
            try await trees.push()
            guard try trees.rsyncDifferences() == "" else { exit(3) }
            try trees.inSource("chmod 755 ro ro/in && echo longer > ro/in/a && rm ro/b && mkdir ro/new && echo n > ro/new/n && chmod 555 ro/new ro/in ro")
            let report = try await trees.push()
            guard try trees.rsyncDifferences() == "", report.problems.isEmpty else { exit(4) }
            try shell("chmod -R u+w \(quoted(trees.folder.path))")
        }
    }

    @Test("says which path found the disk full, and leaves no temporary file", .enabled(if: Mounts.areAllowed, "needs to mount a file system"))
    func fullDisk() async throws {
        let trees = try TreePair()
        try shell("mount -t tmpfs -o size=2m tmpfs \(quoted(trees.target))")
        defer { _ = try? shell("umount \(quoted(trees.target))") }
        try trees.inSource("echo small > a && echo x > old && head -c 1000000 /dev/urandom > m")
        try await trees.push()
        try trees.inSource("head -c 3000000 /dev/urandom > big && echo changed > a && rm old")
        let error = await #expect(throws: SyncError.self) { try await trees.push() }
        #expect(error?.code == .noSpace, "\(String(describing: error))")
        #expect(error?.message.contains("big") == true, "\(String(describing: error))")
        #expect(try trees.inTarget("ls -A | tr '\\n' ' '").hasPrefix("a m old "))
        #expect(try trees.inTarget("cmp m ../source/m && find . -name '.slt*'") == "")
    }

    @Test("says that the destination is read-only", .enabled(if: Mounts.areAllowed, "needs to mount a file system"))
    func readOnlyDisk() async throws {
        let trees = try TreePair()
        try shell("mount -t tmpfs -o ro tmpfs \(quoted(trees.target))")
        defer { _ = try? shell("umount \(quoted(trees.target))") }
        try trees.inSource("echo a > a")
        let error = await #expect(throws: SyncError.self) { try await trees.push() }
        #expect(error?.code == .destination, "\(String(describing: error))")
        #expect(error?.message.contains("read-only") == true, "\(String(describing: error))")
    }

    @Test("names a missing source, and a destination that is a file, on both sides")
    func roots() async throws {
        let trees = try TreePair()
        try shell("rmdir \(quoted(trees.source))")
        let missing = await #expect(throws: SyncError.self) { try await trees.pull() }
        #expect(missing?.code == .source)
        #expect(missing?.message.contains("no such file") == true)
        try shell("mkdir \(quoted(trees.source)) && rmdir \(quoted(trees.target)) && touch \(quoted(trees.target))")
        let file = await #expect(throws: SyncError.self) { try await trees.push() }
        #expect(file?.code == .destination)
    }

    @Test("leaves whole files only, wherever the connection breaks", arguments: 0..<12)
    func cut(_ step: Int) async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p d/e && for i in $(seq 60); do echo old $i > d/$i; echo $i > d/e/$i; done && head -c 4000000 /dev/urandom > big && echo gone > gone")
        try await trees.push()
        try trees.inSource("for i in $(seq 60); do head -c 20000 /dev/urandom > d/$i; done && head -c 4500000 /dev/urandom > big && rm gone && mkdir n && echo n > n/n")
        try shell("cp -a \(quoted(trees.target)) \(quoted(trees.folder.file("before")))")
        await #expect(throws: (any Error).self) { try await trees.push(channels: MemoryChannel.pair(cutAfter: step)) }
        // Each file is the old or the new one; what came of a large one may wait under a name that is never sent.
        let mixed = try trees.inTarget("""
            find . -type f ! -name '.slt-remote.*.tmp' | while read -r f; do cmp -s "$f" "../before/$f" || cmp -s "$f" "../source/$f" || echo "$f"; done
            """)
        #expect(mixed == "")
        #expect(try trees.inTarget("test -e gone; ls d | wc -l").hasPrefix("61"))
        try await trees.push()
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("ends soon when it is cancelled")
    func cancelled() async throws {
        let trees = try TreePair()
        try trees.inSource("echo a > a")
        // Nobody answers on the other end.
        let (mine, _) = MemoryChannel.pair()
        let task = Task { [source = trees.source] in try await TreeSender.run(root: source, options: SyncOptions(), over: mine) }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
    }

    @Test("reports a file that changes while it is read")
    func changing() async throws {
        let trees = try TreePair()
        try trees.inSource("head -c 1000000 /dev/zero > f && echo g > g")
        let folder = try DirectoryHandle.root(trees.source)
        let file = try OpenFile(name: Array("f".utf8), in: folder.descriptor)
        var listed = ListedEntry(nameStart: 0, nameLength: 1)
        var status = stat()
        #expect(stat(trees.source + "/f", &status) == 0)
        listed.set(from: status)
        #expect(file.remark(against: listed) == .none)
        try trees.inSource("echo more >> f")
        #expect(file.remark(against: listed) == .changedWhileRead)
        #expect(try OpenFile(name: Array("f".utf8), in: folder.descriptor).remark(against: listed) == .changedAfterListing)
    }

    /// Mounts a small disk as the target, and runs `body`.
    private func withDisk(_ options: String, _ body: (TreePair) async throws -> Void) async throws {
        let trees = try TreePair()
        try shell("mount -t tmpfs -o \(options) tmpfs \(quoted(trees.target))")
        defer { _ = try? shell("umount \(quoted(trees.target))") }
        try await body(trees)
    }

    @Test("deletes first what goes anyhow where the disk has no room otherwise", .enabled(if: Mounts.areAllowed, "needs to mount a file system"), arguments: [
        // New content, a file that grows, a renamed file, many small ones.
        ("head -c 3000000 /dev/urandom > old", "rm old && head -c 3000000 /dev/urandom > new"),
        ("head -c 1000000 /dev/urandom > grown; head -c 2000000 /dev/urandom > old", "rm old && head -c 2500000 /dev/urandom > grown"),
        ("head -c 3000000 /dev/urandom > old", "mv old new"),
        ("head -c 3000000 /dev/urandom > old", "mv old new && echo more >> new"),
        ("head -c 3000000 /dev/urandom > old", "rm old && for i in $(seq 30); do head -c 90000 /dev/urandom > $i; done"),
    ])
    func room(_ before: String, _ after: String) async throws {
        try await withDisk("size=4m") { trees in
            try trees.inSource("echo k > kept && \(before)")
            try await trees.push()
            try trees.inSource(after)
            let (dry, real) = (EventLog(), EventLog())
            try await trees.push(options: SyncOptions(dryRun: true, force: true), events: dry.handler)
            let report = try await trees.push(options: SyncOptions(force: true, itemize: true), events: real.handler)
            #expect(try trees.rsyncDifferences() == "")
            #expect(report.deleted.files == 1)
            #expect(real.changes == dry.changes)
        }
    }

    @Test("waits a moment for the room of a file that is deleted while somebody has it open", .enabled(if: Mounts.areAllowed, "needs to mount a file system"))
    func heldRoom() async throws {
        try await withDisk("size=4m") { trees in
            try trees.inSource("echo k > kept && head -c 3000000 /dev/urandom > old")
            try await trees.push()
            try trees.inSource("rm old && head -c 3000001 /dev/urandom > new")
            let held = open(trees.target + "/old", O_RDONLY | O_CLOEXEC)
            #expect(held >= 0)
            try SystemThread.start {
                var status = stat()
                while fstat(held, &status) == 0, status.st_nlink > 0 { Clock.pauseThread(0.001) }
                Clock.pauseThread(0.1)
                close(held)
            }
            try await trees.push(options: SyncOptions(force: true))
            #expect(try trees.rsyncDifferences() == "")
        }
    }

    @Test("deletes first also where it is inodes that are lacking", .enabled(if: Mounts.areAllowed, "needs to mount a file system"))
    func inodes() async throws {
        try await withDisk("size=8m,nr_inodes=60") { trees in
            try trees.inSource("mkdir old && for i in $(seq 40); do echo $i > old/$i; done")
            try await trees.push()
            try trees.inSource("rm -r old && mkdir -p new/er && ln -s x new/link && for i in $(seq 40); do echo $i > new/er/$i; done")
            try await trees.push(options: SyncOptions(force: true))
            #expect(try trees.rsyncDifferences() == "")
        }
    }

    @Test("deletes nothing for room that would not be enough, or that waits for --force", .enabled(if: Mounts.areAllowed, "needs to mount a file system"))
    func noRoom() async throws {
        try await withDisk("size=4m") { trees in
            try trees.inSource("head -c 2000000 /dev/urandom > old && head -c 1000000 /dev/urandom > changed && for i in $(seq 20); do echo $i > $i; done")
            try await trees.push()
            let before = try trees.inTarget("md5sum *")
            try trees.inSource("rm old && head -c 3900000 /dev/urandom > changed")
            let error = await #expect(throws: SyncError.self) { try await trees.push() }
            #expect(error?.code == .noSpace)
            #expect(try trees.inTarget("md5sum *") == before)
            try trees.inSource("rm [0-9]* && head -c 2000000 /dev/urandom > new")
            #expect(await #expect(throws: SyncError.self) { try await trees.push() }?.code == .massDeletion)
            #expect(try trees.inTarget("md5sum *") == before)
        }
    }

    @Test("opens folders of the receiver that their owner has shut, and one sync is enough", arguments: [0o000, 0o333, 0o555, 0o444, 0o600, 0o200])
    func shutFolders(_ mode: Int) async throws {
        let parent = try TemporaryFolder()
        try shell("chmod 755 \(quoted(parent.path))")
        await #expect(processExitsWith: .success) { [path = parent.path as String, mode = mode as Int] in
            let folder = path + "/work"
            try shell("mkdir \(quoted(folder)) && chmod 777 \(quoted(folder))")
            if getuid() == 0 { guard setgid(65534) == 0, setuid(65534) == 0 else { exit(9) } }
            let trees = try TreePair(in: folder)
            defer { _ = try? shell("chmod -R u+rwx \(quoted(trees.folder.path))") }
            try trees.inSource("mkdir -p d/in/deep e && echo a > d/a && echo b > d/in/deep/b && ln -s x d/l && echo c > d/c && echo '*.keep' > d/.gitignore")
            try await trees.push()
            // What is gone, what is kept by rules, and what only the receiver has, shut too.
            try trees.inTarget("echo k > d/in/k.keep && mkdir -p d/gone/er extra && echo g > d/gone/er/g && echo k > d/gone/k.keep && echo x > extra/x")
            let shut = String(mode, radix: 8)
            try trees.inTarget("chmod \(shut) d/in/deep d/in d/gone/er d/gone d extra")
            try trees.inSource("echo changed > d/a && echo longer > d/in/deep/b && rm d/c && echo n > d/in/n")
            let report = try await trees.push()
            #expect(report.problems.isEmpty, "\(report.problems)")
            #expect(!report.isPartial, "\(report.problems)")
            #expect(try trees.inTarget("chmod u+rwx d/gone; cat d/a d/in/deep/b d/in/n d/in/k.keep d/gone/k.keep; ls -d extra d/c d/gone/er 2>/dev/null; true") == "changed\nlonger\nn\nk\nk\n")
            #expect(try await !trees.push().changed)
            // What stays for a rule has its own mode again, and so has everything where the sync is refused.
            try trees.inTarget("chmod \(shut) d/gone && for i in $(seq 40); do echo $i > $i; done && mkdir d/more && chmod \(shut) d/more d")
            #expect(await #expect(throws: SyncError.self) { try await trees.push() }?.code == .massDeletion)
            #expect(try trees.inTarget("stat -c %a d; chmod u+rwx d; stat -c %a d/gone d/more") == "\(shut)\n\(shut)\n\(shut)\n")
            // The root itself.
            try await trees.push(options: SyncOptions(force: true))
            try trees.inSource("echo r > r")
            try shell("chmod \(shut) \(quoted(trees.target))")
            try await trees.push(options: SyncOptions(force: true))
            #expect(try trees.inTarget("cat r") == "r\n")
        }
    }

    @Test("tells the side that started of each problem that the other one found, up to a number, and counts the rest", arguments: [3, 2500])
    func problemsOfTheReceiver(_ count: Int) async throws {
        let trees = try TreePair()
        try trees.inSource("echo mine > .gitignore && for i in $(seq \(count)); do echo $i > f$i; done")
        try trees.inTarget("for i in $(seq \(count)); do mkdir f$i; echo k > f$i/mine; done")
        let log = EventLog()
        let report = try await trees.push(events: log.handler)
        #expect(report.problemCount == count)
        #expect(report.isPartial)
        #expect(report.problems.count == min(count, SyncReport.problemLimit))
        #expect(log.problems.count == min(count, SyncProblem.eventLimit))
        #expect(Set(log.problems).isSuperset(of: report.problems))
        // The sender's, where the receiver starts.
        let pulled = EventLog()
        let other = try await trees.pull(events: pulled.handler)
        #expect(pulled.problems.count == other.problemCount)
    }

    @Test("tells of each problem once, whichever side found it")
    func onceOnly() async throws {
        let trees = try TreePair()
        try trees.inSource("echo a > a && echo b > b && mkfifo f")
        let log = EventLog()
        let report = try await trees.push(changing: "rm a", events: log.handler)
        #expect(log.problems.map { "\($0.kind) \($0.path)" }.sorted() == ["unsupportedType f", "vanished a"])
        #expect(report.problemCount == 1)
        #expect(report.noteCount == 1)
        #expect(report.isPartial)
    }

    @Test("counts in a dry run what the real one moves")
    func dryCounts() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir d && head -c 1000 /dev/urandom > new && head -c 2000 /dev/urandom > d/changed && head -c 500 /dev/urandom > same && ln -s x l")
        try trees.inTarget("mkdir d gone && head -c 2000 /dev/urandom > d/changed && echo g > gone/g && cp ../source/same same && touch -d 2001-01-01 same")
        let dry = try await trees.push(options: SyncOptions(dryRun: true)), real = try await trees.push()
        #expect(dry.bytesLiteral == 3000)
        #expect(real.bytesLiteral == 3000)
        #expect([dry.created, dry.updated, dry.touched, dry.deleted] == [real.created, real.updated, real.touched, real.deleted])
    }
}
