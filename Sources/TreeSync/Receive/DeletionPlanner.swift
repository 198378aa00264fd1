/// Finds what of a folder that only the receiver has may go.
struct DeletionPlanner {
    let list: ([UInt8], RuleScope) throws -> DirectoryListing
    /// Whether what the rules exclude goes too.
    var takesExcluded = false

    struct Plan {
        var deletions: [PlannedDeletion] = []
        /// Files and links among them, and all that the rules do not protect.
        var doomed = 0
        /// Whether something in it stays, and with it the folder.
        var keepsSome = false
        var problems: [SyncProblem] = []
    }

    private struct Visit {
        var path: [UInt8]
        var parent: Int
        var keeps = false
    }

    /// - Parameters:
    ///   - scope: the sender's rules where the folder would be.
    ///   - files: learns of what is in it.
    func plan(_ path: [UInt8], scope: RuleScope, files: inout LocalFiles) throws -> Plan {
        var plan = Plan()
        var visits = [Visit(path: path, parent: -1)]
        var next = 0
        while next < visits.count {
            let listing = try list(visits[next].path, scope)
            if listing.failure != nil || listing.holdsRepository { visits[next].keeps = true }
            if let failure = listing.failure {
                plan.problems.append(SyncProblem(kind: .undeletable, path: TreePath(listing.path), reason: failure.text))
            }
            for entry in listing.entries {
                let isDirectory = entry.kind == .directory
                files.add(listing.path(entry), entry, isExtra: true)
                if !takesExcluded, scope.excludes(listing.name(entry), in: listing.path, isDirectory: isDirectory), !TemporaryName.matches(listing.name(entry)) {
                    visits[next].keeps = true
                } else if isDirectory {
                    visits.append(Visit(path: listing.path(entry).bytes, parent: next))
                } else {
                    plan.deletions.append(PlannedDeletion(path: listing.path(entry), kind: entry.kind))
                    plan.doomed += 1
                }
            }
            next += 1
        }
        for index in visits.indices.reversed() {
            if !visits[index].keeps {
                plan.deletions.append(PlannedDeletion(path: TreePath(visits[index].path), kind: .directory))
            } else if visits[index].parent >= 0 {
                visits[visits[index].parent].keeps = true
            }
        }
        plan.keepsSome = visits[0].keeps
        return plan
    }
}
