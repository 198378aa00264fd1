import Glibc

/// The folder of claims. It holds what is being run, not what was: a claim goes when its result is published, so
/// listing it costs as much as there are workers, whatever the size of the suite.
struct ClaimTable: Sendable {
    let layout: RunLayout
    let owner: ClaimOwner

    /// Creates the claim if nobody has that generation of that file.
    func create(id: Int, generation: Int, tryNumber: Int) throws(FleetError) -> Claim? {
        let draft = try draft()
        defer { draft.discard() }
        return try create(draft, id: id, generation: generation, tryNumber: tryNumber)
    }

    /// A claim's file with its owner, not yet anyone's claim. It may be made outside of the queue's lock, and serves the
    /// first claim that succeeds.
    func draft() throws(FleetError) -> ClaimDraft { try ClaimDraft(layout, line: owner.line) }

    /// Gives the draft the claim's name with link(2): whoever sees the claim sees its owner, and of two who want it one gets it.
    func create(_ draft: ClaimDraft, id: Int, generation: Int, tryNumber: Int) throws(FleetError) -> Claim? {
        let path = layout.claim(id, generation)
        guard try draft.link(to: path) else { return nil }
        KillWindow.claimLinked.reach()
        return Claim(id: id, generation: generation, tryNumber: tryNumber, path: path, recordOffset: owner.line.count, file: draft.file)
    }

    /// Gives the file to whoever comes: a claim that was given back as soon as it was there.
    func createFree(id: Int, generation: Int) throws(FleetError) {
        var free = owner
        free.isFree = true
        let draft = try ClaimDraft(layout, line: free.line)
        defer { draft.discard() }
        _ = try draft.link(to: layout.claim(id, generation))
    }

    /// Marks a claim as given back. Of one that does not say whose it is the file is not touched: on a shared disk its owner's
    /// line may only not be here yet. A free claim is put behind it.
    func free(id: Int, generation: Int) throws(FleetError) {
        let claim = layout.claim(id, generation)
        guard let file = File(ifPossible: claim, O_RDWR) else {
            if errno == ENOENT { return try createFree(id: id, generation: generation) }
            throw .system("open \(claim.text)")
        }
        if ClaimOwner(line: try file.read(1024, at: 0)) != nil {
            try file.write(ClaimOwner.free, at: 0)
        } else {
            try createFree(id: id, generation: generation + 1)
        }
    }

    /// Removes the claims of a file that has its result.
    func remove(id: Int, upTo generation: Int) {
        guard generation > 0 else { return }
        for number in (1...generation).reversed() { layout.claim(id, number).unlink() }
    }

    /// The claims there are, by file.
    func list() throws(FleetError) -> [ClaimState] {
        var generations: [Int: [Int]] = [:]
        for name in try layout.claims.names() {
            let parts = name.split(separator: UInt8(ascii: "."))
            guard parts.count == 2, let id = decimal(parts[0]).flatMap({ Int(exactly: $0) }),
                  let generation = decimal(parts[1]).flatMap({ Int(exactly: $0) }), generation > 0 else { continue }
            generations[id, default: []].append(generation)
        }
        return generations.map { id, numbers in state(id, numbers.sorted()) }.sorted { $0.id < $1.id }
    }

    private func state(_ id: Int, _ generations: [Int]) -> ClaimState {
        var state = ClaimState(id: id, generation: generations.last ?? 0, owner: nil, heldBefore: 0, heartbeat: nil)
        for generation in generations {
            let path = layout.claim(id, generation)
            let owner = (try? path.contents(limit: 1 << 28)).flatMap { ClaimOwner(line: $0) }
            // Without an owner nobody has run anything: a claim is whole before its file is begun.
            if owner?.isFree == false { state.heldBefore += 1 }
            if generation == state.generation {
                state.owner = owner
                state.heartbeat = path.status(followingLinks: false).map { FileTime($0.st_mtim) }
            }
        }
        return state
    }

    /// Takes over a claim whose owner does not hold it any more.
    /// - Returns: `nil` when another worker was faster or the file has its result already.
    func takeOver(_ state: ClaimState) throws(FleetError) -> Claim? {
        guard let claim = try create(id: state.id, generation: state.generation + 1, tryNumber: state.heldBefore + 1) else { return nil }
        // The list may be older than the result that removed its claims.
        if layout.result(state.id).exists {
            remove(id: state.id, upTo: claim.generation)
            return nil
        }
        return claim
    }

    /// The present in the clock that the heartbeats use, which on a shared disk is the file server's.
    func fileSystemNow() throws(FleetError) -> FileTime {
        let path = layout.temporary / "clock-\(owner.process.host.replacing("/", with: "-"))-\(owner.process.pid)"
        defer { path.unlink() }
        let file = try File(path, O_RDWR | O_CREAT | O_TRUNC)
        return FileTime(try file.status().st_mtim)
    }
}
