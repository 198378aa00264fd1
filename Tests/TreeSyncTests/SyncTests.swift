import TestSupport
import Testing
@testable import TreeSync

@Suite("A sync") struct SyncTests {
    @Test("makes an empty destination like the source")
    func first() async throws {
        let trees = try TreePair()
        try trees.inSource("""
            mkdir -p a/b/c empty 'with space' && echo one > a/one && : > a/b/nothing && head -c 3000000 /dev/urandom > a/b/c/big \
            && head -c 700000 /dev/zero > zeros && ln -s one a/link && ln -s /nowhere/at/all dangling && ln -s a/b todir \
            && chmod 755 a/one && chmod 400 a/b/nothing && touch -d '2001-02-03 04:05:06.123456789' a/one && chmod 750 a/b && touch -h -d 2002-01-01 dangling
            """)
        let report = try await trees.push()
        #expect(try trees.rsyncDifferences() == "")
        #expect(report.created.files == 4)
        #expect(report.created.directories == 5)
        #expect(report.created.links == 3)
        #expect(report.seen == report.created)
        #expect(report.problems.isEmpty)
        #expect(!report.isPartial)
        let again = try await trees.push()
        #expect(!again.changed)
        #expect(again.unchanged == report.seen)
        #expect(again.bytesLiteral == 0)
        #expect(again.treeDigest == report.treeDigest)
        #expect(report.treeDigest.count == 32)
    }

    @Test("carries names of any bytes")
    func names() async throws {
        let trees = try TreePair()
        try trees.inSource(#"""
            for name in "$(printf 'new\nline')" "it's" '"quoted"' '-rf' '--' '*' 'back\slash' "$(printf 'latin\351')" "$(printf '\001\177')" ' ' 'a	b' '...' "$(printf '%0255d' 7)"; do
              mkdir -- ./d"${name#?}" 2>/dev/null; echo "$name" > ./"$name" && echo x > ./d"${name#?}"/"$name"; done
            """#)
        let report = try await trees.push()
        #expect(report.seen.files >= 26)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("carries trees that are deeper than a path may be long")
    func deep() async throws {
        let trees = try TreePair()
        // sh cannot enter such folders; a process that changes into them step by step can.
        func descend(_ last: String) throws {
            try trees.inSource("perl -e 'for (1..500) { mkdir \"folder-$_\"; chdir \"folder-$_\" or die; if ($_ % 50 == 0 && ! -e \"file\") { open F, \">file\"; print F $_; close F } } \(last)'")
        }
        try descend("")
        let report = try await trees.push()
        #expect(report.created.directories == 500)
        #expect(report.created.files == 10)
        #expect(report.problems.isEmpty)
        try descend("open F, \">>file\"; print F \"more\"; close F; mkdir \"other\"")
        let second = try await trees.push()
        #expect(second.updated.files == 1)
        #expect(second.created.directories == 1)
        #expect(try await !trees.push().changed)
        try trees.inSource("rm -rf folder-1 && echo a > a")
        let third = try await trees.push(options: SyncOptions(force: true))
        #expect(third.deleted.directories == 501)
        #expect(third.problems.isEmpty)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("of thousands of entries in one folder goes in parts")
    func wide() async throws {
        let trees = try TreePair()
        try trees.inSource("seq 3000 | xargs touch && mkdir z && touch z/z")
        let report = try await trees.push()
        #expect(report.created.files == 3001)
        try trees.inSource("rm 1 2 3 && touch 0 9999")
        let second = try await trees.push()
        #expect(second.deleted.files == 3)
        #expect(second.created.files == 2)
        #expect(second.unchanged.files == 2998)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("updates what changed, deletes what is gone, and moves only what it must")
    func changes() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p d/e f && for i in 1 2 3 4 5 6 7 8 9; do echo content $i > d/$i; echo x$i > d/e/$i; done; ln -s a l")
        try await trees.push()
        try trees.inSource("""
            echo longer content > d/1 && echo contenT 2 > d/2 && touch -d 2020-01-01 d/3 && chmod 600 d/4 && rm d/5 && rm -r f && ln -sfn b l \
            && mkdir g && mv d/6 g/6
            """)
        let log = EventLog()
        let report = try await trees.push(options: SyncOptions(itemize: true), events: log.handler)
        #expect(try trees.rsyncDifferences() == "")
        #expect(report.updated.files == 2)
        #expect(report.updated.links == 1)
        #expect(report.touched.files == 2)
        #expect(report.created.files == 1)
        #expect(report.created.directories == 1)
        #expect(report.deleted.files == 2)
        #expect(report.deleted.directories == 1)
        #expect(report.bytesLiteral == 15 + 10 + 10)
        let lines = log.changes.map { "\($0.kind) \($0.type) \($0.path)" }.sorted()
        #expect(lines == [
            "create directory g", "create file g/6", "delete directory f", "delete file d/5", "delete file d/6",
            "metadata directory .", "metadata directory d", "metadata file d/3", "metadata file d/4", "update file d/1", "update file d/2", "update link l",
        ])
    }

    @Test("turns files, folders and links into one another")
    func types() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p one/two/three && echo a > one/two/three/f && echo b > two && ln -s x three && mkdir four && echo c > five && ln -s y six")
        try await trees.push()
        try trees.inSource("""
            rm -r one && echo file > one && rm two && mkdir -p two/deep && echo d > two/deep/f && rm three && mkdir three && echo e > three/f \
            && rmdir four && ln -s one four && rm five && ln -s z five && rm six && echo now a file > six
            """)
        let report = try await trees.push()
        #expect(report.problems.isEmpty)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("works in both directions, whoever starts")
    func pull() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p logs && seq 1 100000 > logs/a && echo r > result")
        let report = try await trees.pull(options: SyncOptions(delete: false))
        #expect(report.created.files == 2)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("compares contents before it moves them")
    func digests() async throws {
        let trees = try TreePair()
        try trees.inSource("head -c 2000000 /dev/urandom > big && echo small > small")
        try await trees.push()
        try trees.inSource("touch -d 2010-10-10 big small")
        let report = try await trees.push()
        #expect(report.touched.files == 2)
        #expect(report.bytesLiteral == 0)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("with checksum finds what size and time hide")
    func checksum() async throws {
        let trees = try TreePair()
        try trees.inSource("echo aaaa > f && echo same > g && touch -d 2010-10-10 f g")
        try await trees.push()
        try trees.inTarget("echo bbbb > f && touch -d 2010-10-10 f")
        #expect(try await !trees.push().changed)
        let report = try await trees.push(options: SyncOptions(checksum: true))
        #expect(report.updated.files == 1)
        #expect(report.unchanged.files == 1)
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("with fresh times gives the present to what changed, and leaves all else as it was built", arguments: [false, true])
    func freshTimes(large: Bool) async throws {
        let trees = try TreePair(), size = large ? 9 << 20 : 100
        try trees.inSource("for f in same other gone; do head -c \(size) /dev/zero | tr '\\0' a > $f; done; : > empty; chmod 755 same; touch -d 2010-10-10 *")
        var options = SyncOptions()
        options.freshTimes = true
        try await trees.push(options: options)
        // As a checkout leaves it: other times everywhere, also older ones of what is changed.
        try trees.inTarget("touch -d 2012-12-12 *; touch -d 2012-12-13 mark")
        try trees.inSource("rm gone; printf b | dd of=other conv=notrunc status=none; echo new > new; touch -d 2011-11-11 *")
        let report = try await trees.push(options: options)
        #expect(report.updated.files == 1)
        #expect(report.created.files == 1)
        #expect(report.deleted.files == 2)
        #expect(report.unchanged.files == 2)
        try trees.inTarget("touch -d 2012-12-13 mark; for f in new other; do [ $f -nt mark ]; done; for f in same empty; do [ mark -nt $f ]; done; [ -x same ]; rm mark")
        #expect(try shell("cd \(quoted(trees.target)) && sha256sum *") == shell("cd \(quoted(trees.source)) && sha256sum *"))
        try trees.inSource("chmod 644 same")
        #expect(try await trees.push(options: options).touched.files == 1)
        try trees.inTarget("[ ! -x same ]; touch -d 2012-12-13 mark; [ mark -nt same ]")
    }

    @Test("only lists in a dry run", arguments: [false, true])
    func dryRun(withTarget: Bool) async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir d && echo a > d/a && echo b > b && echo c > c && ln -s a l")
        if withTarget {
            try await trees.push()
            try trees.inSource("echo changed > d/a && echo B > b && rm c && mkdir new && touch -d 2011-11-11 new")
            try trees.inTarget("touch d/.slt-remote.0123456789abcdef.tmp ")
            try shell("touch -r \(quoted(trees.source))/d \(quoted(trees.target))/d")
        } else {
            try shell("rmdir \(quoted(trees.target))")
        }
        let before = try shell("find \(quoted(trees.target)) -printf '%p %m %s %T@ %l\\n' 2>&1 | sort", status: nil)
        let log = EventLog()
        let report = try await trees.push(options: SyncOptions(dryRun: true), events: log.handler)
        #expect(try shell("find \(quoted(trees.target)) -printf '%p %m %s %T@ %l\\n' 2>&1 | sort", status: nil) == before)
        let lines = Set(log.changes.map { "\($0.kind) \($0.type) \($0.path)" })
        #expect(report.isDryRun)
        #expect(lines.count == log.changes.count)
        if withTarget {
            #expect(lines == ["update file d/a", "update file b", "delete file c", "create directory new", "metadata directory ."])
        } else {
            #expect(lines == ["create directory .", "create directory d", "create file d/a", "create file b", "create file c", "create link l"])
        }
    }

    @Test("without delete keeps what only the destination has")
    func keeps() async throws {
        let trees = try TreePair()
        try trees.inSource("echo a > a && echo now a file > dir")
        try trees.inTarget("echo b > b && mkdir -p dir && echo keep > dir/keep")
        let report = try await trees.push(options: SyncOptions(delete: false))
        #expect(report.problems.map(\.kind) == [.blockedByDirectory])
        #expect(report.isPartial)
        #expect(try trees.inTarget("cat a b dir/keep") == "a\nb\nkeep\n")
    }

    @Test("removes what an interrupted sync left, and never sends such files")
    func stale() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir d && echo a > d/a && echo x > .slt-remote.00000000000000aa.tmp")
        try await trees.push()
        try trees.inTarget("echo half > d/.slt-remote.0123456789abcdef.tmp && echo mine > .slt-remote.tmp")
        try trees.inSource("echo mine > .slt-remote.tmp && touch -r ../target/.slt-remote.tmp .slt-remote.tmp")
        try await trees.push()
        #expect(try trees.inTarget("find . -name '.slt*'") == "./.slt-remote.tmp\n")
    }

    @Test("keeps setuid bits of a trusted sender and drops those of another")
    func specialModes() async throws {
        let trees = try TreePair()
        try trees.inSource("echo a > a && chmod 4755 a && mkdir d && chmod 3777 d")
        try await trees.pull()
        #expect(try trees.inTarget("stat -c '%a' a d") == "755\n1777\n")
        #expect(try await !trees.pull().changed)
        try await trees.push()
        #expect(try trees.inTarget("stat -c '%a' a d") == "4755\n3777\n")
        #expect(try trees.rsyncDifferences() == "")
    }

    @Test("replaces read-only files and fills read-only folders")
    func readOnly() async throws {
        let trees = try TreePair()
        try trees.inSource("mkdir -p ro/in && echo a > ro/a && echo b > ro/in/b && chmod 444 ro/a && chmod 555 ro/in ro")
        try await trees.push()
        #expect(try trees.rsyncDifferences() == "")
        try trees.inSource("chmod 755 ro && rm ro/a && echo other > ro/a && chmod 444 ro/a && chmod 555 ro && chmod u+w ro/in && rm ro/in/b && chmod u-w ro/in")
        try await trees.push()
        #expect(try trees.rsyncDifferences() == "")
        try shell("chmod -R u+w \(quoted(trees.folder.path))")
    }

    @Test("tells of its progress up to the end")
    func progress() async throws {
        let trees = try TreePair()
        try trees.inSource("for i in $(seq 300); do echo $i > $i; done && head -c 5000000 /dev/urandom > big")
        let (there, here) = (EventLog(), EventLog())
        try await trees.push(events: there.handler)
        try shell("rm -r \(quoted(trees.target))")
        try await trees.pull(events: here.handler)
        for log in [there, here] {
            let last = try #require(log.progress.last)
            #expect(last.entriesListed == 301)
            #expect(last.filesToMove == 301)
            #expect(last.filesMoved == 301)
            #expect(last.bytesMoved == last.bytesToMove)
        }
    }

    @Test("goes well with any kind of compression", arguments: [SyncOptions.Compression.always, .never, .adaptive])
    func compression(_ compression: SyncOptions.Compression) async throws {
        let trees = try TreePair()
        try trees.inSource("seq 1 500000 > text && head -c 3000000 /dev/urandom > noise && mkdir d && for i in $(seq 100); do seq $i 2000 > d/$i; done")
        let report = try await trees.push(options: SyncOptions(compression: compression))
        #expect(try trees.rsyncDifferences() == "")
        if compression == .always { #expect(report.bytesToReceiver < report.bytesLiteral * 3 / 4) }
    }
}
