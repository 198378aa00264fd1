import Platform
import TestSupport
import Testing
@testable import TreeSync

extension TreePair {
    func watched(_ rules: SourceRules = SourceRules(), most: Int = .max) -> WatchedSource { WatchedSource(root: source, rules: rules, most: most) }

    /// Sends what a watched source has to send.
    /// - Returns: the report, and whether it was only what changed.
    @concurrent @discardableResult
    func push(_ watched: WatchedSource, options: SyncOptions = SyncOptions(), events: @escaping SyncEventHandler = { _ in }) async throws -> (report: SyncReport, isPart: Bool) {
        let prepared = try watched.prepare()
        var options = options
        options.isPart = prepared.base != nil
        let channels = MemoryChannel.pair()
        async let received = TreeReceiver.run(root: target, policy: .trusted, over: channels.1)
        async let sent = TreeSender.run(prepared, options: options, over: channels.0, events: events)
        let report = try await sent
        #expect(try await received == report)
        watched.succeeded(report)
        return (report, prepared.base != nil)
    }

    /// Syncs after each change until the target is like the source; none of these may look at all of the tree.
    func follow(_ watched: WatchedSource) async throws {
        let isSame = try await eventually {
            await watched.change()
            let (_, isPart) = try await push(watched)
            #expect(isPart)
            return try rsyncDifferences() == ""
        }
        let rest = try rsyncDifferences()
        #expect(isSame, "\(rest)")
    }
}

@Suite("A watched source", .timeLimit(.minutes(5))) struct WatchedSourceTests {
    private func synced(_ line: String, _ rules: SourceRules = SourceRules(), most: Int = .max) async throws -> (TreePair, WatchedSource) {
        let trees = try TreePair()
        try trees.inSource(line)
        let watched = trees.watched(rules, most: most)
        let first = try await trees.push(watched)
        #expect(!first.isPart)
        return (trees, watched)
    }

    @Test("sends one changed file without looking at folders beside it")
    func one() async throws {
        let (trees, watched) = try await synced("mkdir -p a/b c && for i in 1 2 3; do echo $i > a/b/$i; echo $i > c/$i; done")
        // What nobody tells of is not found: the folder is not listed.
        try trees.inTarget("rm c/2")
        try trees.inSource("echo more >> a/b/2")
        await watched.change()
        let (report, isPart) = try await trees.push(watched)
        #expect(isPart)
        #expect(report.updated.files == 1)
        #expect(report.seen.files == 3)
        #expect(try trees.inTarget("cat a/b/2; ls c") == "2\nmore\n1\n3\n")
    }

    @Test("has the digest of all of the tree after a part of it was sent")
    func digest() async throws {
        let (trees, watched) = try await synced("mkdir -p a/b/c d/e && echo 1 > a/b/c/1 && echo 2 > d/2 && ln -s x d/e/link && echo top > top")
        try trees.inSource("echo new > a/b/new && rm d/2 && mkdir -p d/f/g && echo g > d/f/g/g")
        try await trees.follow(watched)
        try trees.inSource("echo last > a/b/c/1")
        await watched.change()
        let (part, isPart) = try await trees.push(watched)
        #expect(isPart)
        #expect(try await trees.push().treeDigest == part.treeDigest)
    }

    @Test("follows what editors, people and git do", arguments: [
        "echo new > a/.x.tmp && mv a/.x.tmp a/x",                                  // an editor's save
        "mv a/x a/x~ && echo new > a/x && rm a/x~",                                // another one's
        "mkdir new && echo 1 > new/1 && mkdir -p new/deep/er && echo 2 > new/deep/er/2",
        "rm -r a/b",
        "mv a/b moved && echo late > moved/late",
        "mv a/b/c/z a/b/c/y && mv a/b a/d && echo more > a/d/more",
        "rm -r a/b && mkdir a/b && echo other > a/b/other",
        "rm a/x && mkdir a/x && echo in > a/x/in",
        "rm -r a/b && echo file > a/b",
        "chmod 700 a/x && touch -d 2001-01-01 a/b/y",
        "ln -s nowhere a/link && ln -sf x a/other",
        "for i in $(seq 300); do echo $i > a/many-$i; done",
        "mkdir -p p/q && mv a/b p/q/b && echo z > p/q/b/c/z",
    ])
    func follows(_ line: String) async throws {
        let (trees, watched) = try await synced("mkdir -p a/b/c e && echo x > a/x && echo y > a/b/y && echo z > a/b/c/z && echo e > e/e")
        try trees.inSource(line)
        try await trees.follow(watched)
        // What was moved or made is watched.
        try trees.inSource("for d in $(find . -type d); do echo again > $d/again; done")
        try await trees.follow(watched)
    }

    @Test("watches no folder that the rules leave out, and is not woken by what they leave out")
    func ignored() async throws {
        let (trees, watched) = try await synced(
            "mkdir -p out/deep src && echo '*.o' > .gitignore && echo out/ > .sltignore && echo 1 > src/1 && git init -q . && echo '*.o' > .git/info/exclude")
        #expect(watched.watched == [[], Array("src".utf8)])
        try trees.inSource("echo x > out/deep/x && echo y > src/y.o && echo z > .git/z && echo seen > src/seen")
        await watched.change()
        let (report, isPart) = try await trees.push(watched)
        #expect(isPart)
        #expect(report.created.files == 1)
        #expect(try trees.inTarget("find . -type f | sort") == "./.gitignore\n./.sltignore\n./src/1\n./src/seen\n")
    }

    @Test("a folder that is ignored by now is watched no longer, nor what is in it")
    func ignoredLater() async throws {
        let (trees, watched) = try await synced("mkdir -p out/deep src && echo 1 > src/1 && echo 2 > out/deep/2")
        #expect(watched.watched.count == 4)
        try trees.inSource("echo out/ > .sltignore")
        await watched.change()
        #expect(try await trees.push(watched).isPart)
        #expect(watched.watched == [[], Array("src".utf8)])
    }

    @Test("a source that was away is looked at again, and followed", arguments: ["mv source away", "cp -r source away && rm -r source"])
    func away(_ leave: String) async throws {
        let (trees, watched) = try await synced("mkdir a && echo 1 > a/1")
        let above = String(trees.source.dropLast("/source".count))
        #expect(trees.source == above + "/source")
        func shell(_ line: String) throws { try trees.inSource("cd '\(above)' && " + line) }
        try shell(leave)
        await watched.change()
        #expect(throws: SyncError.self) { try watched.prepare() }
        try trees.inTarget("mv '\(above)/away' '\(above)/source' && echo 2 > '\(above)/source/a/2'")
        await watched.change()
        #expect(try await !trees.push(watched).isPart)
        #expect(try trees.rsyncDifferences() == "")
        try trees.inSource("echo 3 > a/3")
        try await trees.follow(watched)
    }

    @Test("changes without a pause do not put off the look at what is not watched")
    func busy() async throws {
        let (trees, watched) = try await synced("mkdir -p a/b c", most: 2)
        let isDue = try await eventually {
            try trees.inSource("echo more >> top")
            return watched.isDue
        }
        #expect(isDue)
    }

    @Test("a shortage that is over is over")
    func shortageEnds() async throws {
        let (trees, watched) = try await synced("mkdir -p a/b c && echo 1 > a/b/1", most: 3)
        #expect(watched.shortage != nil)
        try trees.inSource("rm -r a/b c")
        let isOver = try await eventually {
            await watched.change()
            try await trees.push(watched)
            return watched.shortage == nil
        }
        #expect(isOver)
    }

    @Test("obeys rules that change: in the tree at once, git's own by a look at all of the tree")
    func rules() async throws {
        let (trees, watched) = try await synced("mkdir -p a/b && git init -q . && echo 1 > a/b/1.log && echo 2 > a/b/2")
        try trees.inSource("echo '*.log' > a/.gitignore && echo 3 > a/b/3.log")
        await watched.change()
        #expect(try await trees.push(watched).isPart)
        #expect(try trees.inTarget("ls a/b") == "1.log\n2\n")
        try trees.inSource("echo > a/.gitignore")
        await watched.change()
        #expect(try await trees.push(watched).isPart)
        #expect(try trees.rsyncDifferences() == "")
        try trees.inSource("echo 2 >> .git/info/exclude && echo 4 > a/4")
        await watched.change()
        #expect(try await !trees.push(watched).isPart)
    }

    @Test("of a tree that the receiver no longer has, all is sent")
    func goneThere() async throws {
        let (trees, watched) = try await synced("mkdir -p a b/c && echo 1 > a/1 && echo 2 > b/c/2")
        try trees.inTarget("rm -r b")
        try trees.inSource("echo new > a/new")
        await watched.change()
        await #expect { try await trees.push(watched) } throws: { ($0 as? SyncError)?.code == .notApart }
        #expect(try await !trees.push(watched).isPart)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("a file with several names is not sent alone, and stays one file")
    func hardLinks() async throws {
        let (trees, watched) = try await synced("mkdir a b && echo 1 > a/1 && ln a/1 b/1")
        try trees.inSource("echo 2 >> a/1")
        await watched.change()
        await #expect { try await trees.push(watched) } throws: { ($0 as? SyncError)?.code == .notApart }
        #expect(try await !trees.push(watched).isPart)
        #expect(try trees.inTarget("stat -c %h a/1 b/1; cat b/1") == "2\n2\n1\n2\n")
    }

    @Test("where the system gives too few watches, it says which setting is too low, and the tree is looked through all the same")
    func shortage() async throws {
        let (trees, watched) = try await synced("mkdir -p a/b c && echo 1 > a/b/1 && echo 2 > c/2", most: 2)
        #expect(watched.shortage?.setting == "fs.inotify.max_user_watches")
        #expect(watched.shortage?.value ?? 0 > 0)
        // Time to look is no change: it must not end what is at work.
        let isDue = try await eventually { watched.isDue }
        #expect(isDue)
        #expect(!watched.hasChanged)
        try trees.inSource("for d in $(find . -type d); do echo again > $d/again; done")
        let isSame = try await eventually {
            await watched.change()
            try await trees.push(watched)
            return try trees.rsyncDifferences() == ""
        }
        #expect(isSame)
    }

    @Test("waiting ends with the task")
    func cancelled() async throws {
        let (_, watched) = try await synced("echo 1 > 1")
        let waiting = Task { await watched.change() }
        waiting.cancel()
        await waiting.value
    }
}

/// What events mean, without a system that sends them.
@Suite("Events of watched folders") struct WatchedFoldersTests {
    private let all = { (_: [UInt8], _: [UInt8], _: Bool) in true }

    private func folders(_ paths: String...) -> WatchedFolders {
        var folders = WatchedFolders()
        for (number, path) in paths.enumerated() { folders.add(Int32(number), Array(path.utf8)) }
        return folders
    }

    @Test("lost events make everything unknown")
    func overflow() {
        var folders = folders("", "a")
        _ = folders.note(FolderWatch.Event(watch: -1, kind: .overflow), isSent: all)
        #expect(folders.take().isUnknown)
        #expect(folders.take().isEmpty)
    }

    @Test("a folder that was moved away is watched no longer, nor what is in it; one whose name only begins alike is")
    func moved() {
        var folders = folders("", "a", "a/b", "ab")
        let gone = folders.note(FolderWatch.Event(watch: 0, kind: .vanished, isFolder: true, name: Array("a".utf8)), isSent: all)
        #expect(Set(gone) == [1, 2])
        #expect(folders.watched == [[], Array("ab".utf8)])
        // Late words of it are of no account.
        _ = folders.take()
        _ = folders.note(FolderWatch.Event(watch: 2, kind: .written, name: [0x78]), isSent: all)
        #expect(folders.changes.isEmpty)
    }

    @Test("a folder that is known by a new name before the word of its move has come stays watched")
    func movedAndFound() {
        var folders = folders("", "a")
        folders.add(1, Array("b".utf8))
        let gone = folders.note(FolderWatch.Event(watch: 0, kind: .vanished, isFolder: true, name: Array("a".utf8)), isSent: all)
        #expect(gone.isEmpty)
        #expect(folders.watched == [[], Array("b".utf8)])
    }

    @Test("temporary files of syncs and what the rules leave out change nothing; a repository that comes or goes changes all")
    func names() {
        var folders = folders("")
        _ = folders.note(FolderWatch.Event(watch: 0, kind: .written, name: TemporaryName.make()), isSent: all)
        _ = folders.note(FolderWatch.Event(watch: 0, kind: .written, name: [0x78])) { _, _, _ in false }
        _ = folders.note(FolderWatch.Event(watch: 0, kind: .touched, isFolder: true, name: Array(".git".utf8)), isSent: all)
        #expect(folders.changes.isEmpty)
        _ = folders.note(FolderWatch.Event(watch: 0, kind: .appeared, isFolder: true, name: Array(".git".utf8)), isSent: all)
        #expect(folders.changes.isUnknown)
    }

    @Test("the folders above a change are listed too")
    func listed() {
        let changes = SourceChanges(folders: [Array("a/b/c".utf8), Array("d".utf8)])
        #expect(Set(changes.listed.map { String(decoding: $0, as: UTF8.self) }) == ["", "a", "a/b", "a/b/c", "d"])
    }
}
