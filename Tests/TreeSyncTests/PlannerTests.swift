import Testing
@testable import TreeSync

private let noDelete = SyncOptions(delete: false)
/// What an interrupted sync leaves.
private let temporary = String(decoding: TemporaryName.make(), as: UTF8.self)
private let temporaryOfBig = String(decoding: TemporaryName.make(for: Array("big".utf8)), as: UTF8.self)

@Suite("A plan, from listings alone") struct PlannerTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var lines: [String]
        var tree: PlannedTree

        init(_ name: String, _ lines: [String], _ source: [PlannedItem] = [], over destination: [PlannedItem] = [], _ change: (inout PlannedTree) -> Void = { _ in }) {
            testDescription = name
            self.lines = lines
            tree = PlannedTree(source: ["": source], destination: ["": destination])
            change(&tree)
        }
    }

    @Test("for what the source has", arguments: [
        Case("nothing on both sides", []),
        Case("a new file", ["fetch a"], [.file("a")]),
        Case("a new link", ["link l -> there"], [.link("l", to: "there")]),
        Case("a new folder, before what it holds", ["mkdir d", "fetch d/a"], [.folder("d")]) { $0.source["d"] = [.file("a")] },
        Case("what is the same", [], [.file("a"), .folder("d"), .link("l", to: "t")], over: [.file("a"), .folder("d"), .link("l", to: "t")]),
        Case("another size", ["fetch a over it"], [.file("a", 2)], over: [.file("a", 1)]),
        Case("the same size at another time", ["compare a"], [.file("a", time: 2)], over: [.file("a", time: 1)]),
        Case("an empty file at another time", ["set a"], [.file("a", 0, time: 2)], over: [.file("a", 0, time: 1)]),
        Case("another mode", ["set a"], [.file("a", mode: 0o600)], over: [.file("a")]),
        Case("contents, where all are compared", ["compare a"], [.file("a"), .file("b", 0)], over: [.file("a"), .file("b", 0)]) { $0.options.checksum = true },
        Case("another mode of a folder", ["note d"], [.folder("d", mode: 0o700)], over: [.folder("d")]),
        Case("another target", ["link l -> new over it"], [.link("l", to: "new")], over: [.link("l", to: "old")]),
        Case("another time of a link", ["set l"], [.link("l", to: "t", time: 1)], over: [.link("l", to: "t")]),
        Case("setuid that the policy forbids", [], [.file("a", mode: 0o4755)], over: [.file("a", mode: 0o755)]) { $0.policy = .untrusted },
        Case("links that the policy forbids", ["forbidden l"], [.link("l", to: "t")]) { $0.policy.allowsLinks = false },
        Case("what cannot be sent: what is in its place stays", [], [.other("fifo")], over: [.file("fifo")]),
        Case("a folder that the sender cannot read: what is there stays", [], [.folder("d")], over: [.folder("d")]) {
            ($0.destination["d"], $0.shut) = ([.file("mine")], ["source:d"])
        },
        Case("a folder that the receiver cannot read: it and all in it is passed over", ["unwritable d"], [.folder("d")], over: [.folder("d")]) {
            ($0.source["d"], $0.source["d/e"], $0.shut) = ([.folder("e"), .file("a")], [.file("b")], ["d"])
        },
    ])
    func source(_ one: Case) throws { #expect(try one.tree.lines() == one.lines) }

    @Test("for what only the destination has", arguments: [
        Case("a file", ["delete a"], over: [.file("a")]),
        Case("a file where nothing is to be deleted", [], over: [.file("a")]) { $0.options = noDelete },
        Case("a folder, after what it holds", ["delete d/a", "delete d/e/b", "delete d/e", "delete d"], over: [.folder("d")]) {
            ($0.destination["d"], $0.destination["d/e"]) = ([.file("a"), .folder("e")], [.file("b")])
        },
        Case("what the rules exclude", [], over: [.file("a.o"), .folder("x")]) { ($0.excludes, $0.destination["x"]) = ("*.o\nx/", [.file("in")]) },
        Case("what the rules exclude, where that goes too", ["delete a.o", "delete x/in", "delete x"], over: [.file("a.o"), .folder("x")]) {
            ($0.excludes, $0.destination["x"], $0.options.deleteExcluded) = ("*.o\nx/", [.file("in")], true)
        },
        Case("a folder that holds what the rules exclude", ["delete d/a"], over: [.folder("d")]) { ($0.excludes, $0.destination["d"]) = ("*.o", [.file("a"), .file("a.o")]) },
        Case("a folder that is a repository", ["delete d/a"], over: [.folder("d")]) { ($0.destination["d"], $0.repositories) = ([.file("a")], ["d"]) },
        Case("a folder that cannot be read", ["undeletable d"], over: [.folder("d")]) { $0.shut = ["d"] },
        Case("a temporary file", ["discard temporary"], over: [.file(temporary)]),
        Case("a temporary file in a folder that goes", ["delete d/\(temporary)", "delete d"], over: [.folder("d")]) { ($0.excludes, $0.destination["d"]) = ("*.tmp", [.file(temporary)]) },
        Case("a temporary file that a large file can use", ["fetch big from its part"], [.file("big", 1 << 20)], over: [.file(temporaryOfBig)]),
        Case("a temporary file of a file that is too small for it", ["fetch big", "discard temporary"], [.file("big", 5)], over: [.file(temporaryOfBig)]),
        Case("a temporary file of a file that is right by now", ["discard temporary"], [.file("big", 1 << 20)], over: [.file("big", 1 << 20), .file(temporaryOfBig)]),
    ])
    func destination(_ one: Case) throws { #expect(try one.tree.lines() == one.lines) }

    @Test("for what is in the way", arguments: [
        Case("a file, of a folder", ["mkdir d over file", "fetch d/a"], [.folder("d")], over: [.file("d")]) { $0.source["d"] = [.file("a")] },
        Case("a link, of a file", ["fetch a over it"], [.file("a")], over: [.link("a", to: "t")]),
        Case("a folder, of a file: it goes right before", ["fetch a over a/in, a"], [.file("a")], over: [.folder("a")]) { $0.destination["a"] = [.file("in")] },
        Case("a folder, of a link", ["link a -> t over a"], [.link("a", to: "t")], over: [.folder("a")]),
        Case("an empty folder, where nothing is to be deleted", ["fetch a over a"], [.file("a")], over: [.folder("a")]) { $0.options = noDelete },
        Case("a folder with content, where nothing is to be deleted", ["blockedByDirectory a"], [.file("a")], over: [.folder("a")]) {
            ($0.destination["a"], $0.options) = ([.file("in")], noDelete)
        },
        Case("a folder that holds what the rules protect", ["blockedByProtected a"], [.file("a")], over: [.folder("a")]) {
            ($0.destination["a"], $0.excludes) = ([.file("in.o")], "*.o")
        },
        Case("a folder that the rules protect", ["blockedByProtected x"], [.file("x")], over: [.folder("x")]) { $0.excludes = "x/" },
        Case("a file that the rules protect; what the folder holds is passed over", ["blockedByProtected x"], [.folder("x")], over: [.file("x")]) {
            ($0.excludes, $0.source["x"]) = ("x\n!x/", [.file("a")])
        },
        Case("a folder that cannot be read", ["blockedByProtected a"], [.file("a")], over: [.folder("a")]) { $0.shut = ["a"] },
    ])
    func replaced(_ one: Case) throws { #expect(try one.tree.lines() == one.lines) }

    @Test("for names of one file", arguments: [
        Case("the content comes once, the others are linked at the end", ["fetch a", "name b => a", "name c => a"],
             [.file("a", linkage: .first), .file("b", linkage: .another(0)), .file("c", linkage: .another(0))]),
        Case("under the second, where the first is blocked", ["fetch b", "name c => b", "blockedByProtected a"],
             [.file("a", linkage: .first), .file("b", linkage: .another(0)), .file("c", linkage: .another(0))], over: [.folder("a")]) {
            ($0.excludes, $0.destination["a"]) = ("*.o", [.file("in.o")])
        },
        Case("linked to what is right already", ["name b => a"], [.file("a", linkage: .first), .file("b", linkage: .another(0))], over: [.file("a")]),
        Case("one file here, two over there, of another mode: the second gets one of its own", ["set a", "fetch b anew over it"],
             [.file("a", mode: 0o600), .file("b", mode: 0o600)], over: [.file("a", inode: 7), .file("b", inode: 7)]),
        Case("one file here, two over there, the same: they stay one", [], [.file("a"), .file("b")], over: [.file("a", inode: 7), .file("b", inode: 7)]),
    ])
    func hardLinks(_ one: Case) throws { #expect(try one.tree.lines() == one.lines) }

    @Test("where only what earlier syncs wrote is ours", arguments: [
        Case("what is new is noted before it is made", ["own a", "fetch a", "own d", "mkdir d", "own d/b", "fetch d/b"], [.file("a"), .folder("d")]) { $0.source["d"] = [.file("b")] },
        Case("what we wrote is updated and deleted", ["fetch a over it", "delete old"], [.file("a", 2)], over: [.file("a"), .file("old")]) { $0.owned = Written(paths: ["a", "old"]) },
        Case("what somebody else put there stays", ["blockedByProtected a"], [.file("a", 2)], over: [.file("a"), .file("old")]),
        Case("somebody else's folder in the way is not looked into", ["blockedByProtected a"], [.file("a", 2)], over: [.folder("a")]) { $0.shut = ["a"] },
        Case("somebody else's folder is filled", ["note d", "own d/b", "fetch d/b"], [.folder("d", mode: 0o700)], over: [.folder("d")]) { $0.source["d"] = [.file("b")] },
        Case("a folder of ours that holds something else stays", ["delete d/a"], over: [.folder("d")]) {
            ($0.owned, $0.destination["d"]) = (Written(paths: ["d", "d/a"]), [.file("a"), .file("theirs")])
        },
    ])
    func owned(_ one: Case) throws {
        var tree = one.tree
        if tree.owned == nil { tree.owned = Written(paths: []) }
        #expect(try tree.lines() == one.lines)
    }
}
