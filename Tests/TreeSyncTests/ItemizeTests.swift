import TestSupport
import Testing
@testable import TreeSync

@Suite("Itemized changes") struct ItemizeTests {
    /// What rsync says of a push from `source` to `target`, sorted. Its "remote shell" is this machine's sh.
    private func rsyncLines(_ trees: TreePair, to target: String, _ flags: String) throws -> [String] {
        try trees.folder.write("#!/bin/sh\nshift\nexec \"$@\"\n", to: "rsh")
        let shellFile = trees.folder.file("rsh")
        return try shell("rsync -aHci --modify-window=-1 --delete \(flags) -e \(quoted("sh " + shellFile)) \(quoted(trees.source))/ host:\(quoted(target))/ 2>&1")
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("skipping non-regular") && !$0.contains(" nosend") }.sorted()
    }

    /// Makes the source, then the target from it, then changes the source.
    private func trees(_ before: String, _ after: String) async throws -> TreePair {
        let trees = try TreePair()
        try trees.inSource(before)
        try await trees.push()
        try trees.inSource(after)
        return trees
    }

    private static let before = """
        mkdir -p d empty replaced/by/link gone/deep mode && cd . && for f in same content size grown touched moded both removed d/in gone/deep/f replaced/by/f replaced/x tofile todir tolink; do echo $f > $f; done \
        && rm tofile && mkdir tofile && echo x > tofile/x && head -c 900000 /dev/urandom > big && head -c 800000 /dev/urandom > bigtime && head -c 700000 /dev/urandom > bigmode \
        && ln -s a retarget && ln -s b retime && ln -s c linktofile && ln -s d linktodir && echo n > named && echo s > 'with space' && echo relinked > h2 && echo relinked > h1 && touch -r h1 h2 && ln -s one l1 && ln -s one l2 && ln -s two l3 && ln l3 l4 && find . -exec touch -h -d '2015-05-05 05:05:05.123456789' {} +
        """
    private static let after = """
        printf 'CONTENT\\n' > content && printf 'longer size\\n' > size && echo more >> grown && touch -d 2001-01-01 touched && chmod 600 moded && chmod 640 both && touch -d 2002-02-02 both && rm removed \
        && rm -r gone && rm -r replaced && ln -s somewhere replaced && rm -r tofile && echo now > tofile && rm todir && mkdir -p todir/sub && echo y > todir/sub/y && rm tolink && ln -s t tolink \
        && echo z >> big && touch -d 2003-03-03 bigtime && chmod 755 bigmode && ln -sfn aa retarget && touch -h -d 2004-04-04 retime && rm linktofile && echo f > linktofile && rm linktodir && mkdir linktodir \
        && mkdir -p new/er && echo n > new/er/n && : > new/empty && ln -s /nowhere new/link && ln named named-too && chmod 700 mode && touch -d 2005-05-05 d && rmdir empty && mv 'with space' 'new space' && ln -f h1 h2 && ln -f l1 l2 && ln -s three l5 && ln l5 new/l6
        """

    @Test("are those of rsync, in a dry run and in a real one")
    func oracle() async throws {
        let trees = try await trees(Self.before, Self.after)
        let copy = trees.folder.file("copy")
        try shell("cp -a \(quoted(trees.target)) \(quoted(copy))")
        let wanted = try rsyncLines(trees, to: copy, "-n")
        let dry = EventLog()
        try await trees.push(options: SyncOptions(dryRun: true), events: dry.handler)
        #expect(Set(dry.changes.map(\.itemized)).symmetricDifference(wanted) == [], "\(Set(dry.changes.map(\.itemized)).symmetricDifference(wanted))")
        #expect(dry.changes.count == wanted.count, "\(Set(dry.changes.map(\.itemized)).symmetricDifference(wanted))")
        let listed = dry.changes
        let real = EventLog()
        try await trees.push(options: SyncOptions(itemize: true), events: real.handler)
        #expect(real.changes == listed)
        #expect(try rsyncLines(trees, to: copy, "") == wanted)
        #expect(wanted.count > 40)
        // The letters of all kinds have been seen.
        let seen = Set(wanted.map { $0.prefix(11) })
        #expect(seen.isSuperset(of: ["*deleting  ", "<f+++++++++", "<fcst......", "<fc.t......", ".f..t......", ".f...p.....", ".f..tp.....", "cL+++++++++", "cLc.t......",
                                     ".L..t......", "cd+++++++++", ".d..t......", ".d...p.....", "hf+++++++++", "hL+++++++++"]), "\(seen)")
    }

    @Test("begin with the root where it is not there yet, and come in one order, dry and real")
    func missingRoot() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p a/b empty && echo x > a/b/x && ln -s y link && for i in $(seq 300); do echo $i > a/$i; done; head -c 3000000 /dev/urandom > a/100; ln a/7 a/z; touch -d 2001-01-01 a/b a empty .")
        try shell("rmdir \(quoted(trees.target))")
        let wanted = try rsyncLines(trees, to: trees.target, "-n").filter { !$0.hasPrefix("created") && !$0.hasSuffix(" a/7") && !$0.contains(" a/z") }
        // Of the names of one file, rsync sends another one.
        let (dry, real) = (EventLog(), EventLog())
        try await trees.push(options: SyncOptions(dryRun: true), events: dry.handler)
        #expect(dry.changes.first?.itemized == "cd+++++++++ ./")
        let lines = Set(dry.changes.map(\.itemized))
        #expect(lines.symmetricDifference(wanted) == ["<f+++++++++ a/7", "hf+++++++++ a/z => a/7"])
        let report = try await trees.push(options: SyncOptions(itemize: true), events: real.handler)
        #expect(real.changes == dry.changes)
        #expect(report.created.total == 306)
        // Into a folder that is there, and in the other direction.
        try shell("rm -r \(quoted(trees.target))")
        let pulled = EventLog()
        try await trees.pull(options: SyncOptions(itemize: true), policy: .trusted, events: pulled.handler)
        #expect(pulled.changes == dry.changes)
        let none = EventLog()
        try await trees.push(options: SyncOptions(itemize: true), events: none.handler)
        #expect(none.changes.isEmpty)
    }

    @Test("come to whichever side started, and none where nothing changed")
    func sides() async throws {
        let trees = try await trees("mkdir d && echo a > d/a && echo b > b", "echo longer > b && rm d/a")
        let pulled = EventLog()
        try await trees.pull(options: SyncOptions(itemize: true), policy: .trusted, events: pulled.handler)
        #expect(Set(pulled.changes.map { $0.itemized }).isSuperset(of: ["<fcst...... b", "*deleting   d/a", ".d..t...... d/"]))
        let none = EventLog()
        try await trees.push(options: SyncOptions(itemize: true), events: none.handler)
        #expect(none.changes.isEmpty)
    }

    @Test("survive the way to the other side, whatever their names are")
    func codec() throws {
        let changes = [
            SyncChange(kind: .create, type: .file, path: TreePath([0xff, 0x0a]), differences: .isNew),
            SyncChange(kind: .update, type: .link, path: TreePath("l"), differences: [.content, .time], target: TreePath("../x")),
            SyncChange(kind: .metadata, type: .directory, path: TreePath(""), differences: [.mode]),
            SyncChange(kind: .delete, type: .directory, path: TreePath("d/e")),
            SyncChange(kind: .update, type: .file, path: TreePath("h"), target: TreePath("g")),
        ]
        #expect(try ChangeCodec.decode(ChangeCodec.encode(changes)) == changes)
        #expect(changes.map(\.itemized) == ["<f+++++++++ \\xff\\x0a", "cLc.t...... l -> ../x", ".d...p..... ./", "*deleting   d/e/", "hf          h => g"])
    }
}
