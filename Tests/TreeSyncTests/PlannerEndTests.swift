import Testing
@testable import TreeSync

@Suite("At the end of a plan") struct PlannerEndTests {
    @Test("folders whose content or mode changes get their attributes, in the order of the walk, and others keep theirs")
    func folders() throws {
        var tree = PlannedTree(source: ["": [.folder("mode", mode: 0o700), .folder("new"), .folder("same"), .folder("time")], "time": [.file("a", 2)]],
                               destination: ["": [.folder("mode"), .folder("same"), .folder("time")], "time": [.file("a")]])
        #expect(try tree.plan().result.folders(touched: []).map { TreePath($0.path).description } == [".", "mode", "new", "time"])
        tree.owned = Written(paths: ["mode", "time/a"])
        #expect(try tree.plan().result.folders(touched: []).map { TreePath($0.path).description } == [".", "mode", "new"])
    }

    @Test("a folder in which only a hard link may be made gets them if it was made")
    func touched() throws {
        let first = PlannedItem.file("a", linkage: .first)
        let tree = PlannedTree(source: ["": [first, .folder("d")], "d": [.file("b", linkage: .another(0))]],
                               destination: ["": [.file("a"), .folder("d")], "d": [.file("b")]])
        let result = try tree.plan().result
        #expect(result.folders(touched: []).isEmpty)
        #expect(result.folders(touched: [Array("d".utf8)]).map(\.path) == [Array("d".utf8)])
    }

    @Test("what is counted", arguments: [false, true])
    func counts(deletes: Bool) throws {
        let tree = PlannedTree(source: ["": [.file("a"), .folder("d"), .link("l", to: "t")]],
                               destination: ["": [.file("a"), .file("kept.o"), .folder("gone"), .file("old")], "gone": [.file("x"), .file("y")]],
                               options: SyncOptions(delete: deletes), excludes: "*.o")
        let result = try tree.plan().result
        #expect(result.seen.files == 1)
        #expect(result.seen.directories == 1)
        #expect(result.seen.links == 1)
        #expect(result.unchanged.files == 1)
        #expect(result.existing == (deletes ? 4 : 2))
        #expect(result.deleted == (deletes ? 3 : 0))
    }

    @Test("so many deletions look like a mistake", arguments: [
        (20, 11, false, true), (20, 10, false, false), (19, 19, false, false), (1, 1, true, true), (0, 0, true, false),
        (1000, 501, false, true),
    ] as [(Int, Int, Bool, Bool)])
    func mistakes(existing: Int, deleted: Int, sourceIsEmpty: Bool, expected: Bool) {
        var plan = TreePlan()
        (plan.existing, plan.deleted) = (existing, deleted)
        #expect(plan.isMassDeletion(sourceIsEmpty: sourceIsEmpty) == expected)
    }

    @Test("a manifest that contradicts itself, or is longer than allowed, ends the sync")
    func refusals() throws {
        let further = PlannedTree(source: ["": [.folder("a"), .file("b", linkage: .another(0))]])
        #expect(throws: SyncError.self) { try further.plan() }
        var long = PlannedTree(source: ["": [.folder("a")], "a": [.file("0123456789")]])
        long.policy.pathLength = 12
        #expect(try long.plan().actions.count == 2)
        long.policy.pathLength = 11
        #expect(throws: SyncError.self) { try long.plan() }
        var many = PlannedTree(source: ["": [.file("a"), .file("b")]])
        many.policy.listingBytes = 3
        #expect(throws: SyncError.self) { try many.plan() }
    }

    @Test("a folder that was not read to its end stays")
    func unread() throws {
        var removal = FolderRemoval(TreePath("d"), nameStart: 0, scope: RuleScope(RuleTexts()), includesExcluded: false, owned: nil)
        #expect(removal.keepsSome)
        removal.add(DirectoryListing("d", [.folder("e"), .file("a")]))
        #expect(removal.keepsSome)
        #expect(removal.next == Array("d/e".utf8))
        removal.add(DirectoryListing("d/e", []))
        #expect(removal.next == nil)
        #expect(!removal.keepsSome)
        #expect(removal.deletions.map(\.path.description) == ["d/a", "d/e", "d"])
        #expect(removal.deleted == 1)
    }
}
