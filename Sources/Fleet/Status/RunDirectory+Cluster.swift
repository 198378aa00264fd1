import Platform

extension RunDirectory {
    /// The elements, all lives of them.
    /// - Parameter sealed: what they have published is counted elsewhere by now.
    func nodes(sealed: Bool) -> [NodeReading] {
        NodeFolder.all(layout).compactMap { folder in
            // It may be gone once the run has ended.
            guard let board = try? ScoreboardReading(folder.layout.scoreboard) else { return nil }
            let isAtWork = folder.isAtWork
            var tally = Tally()
            if !sealed { for (slot, reading) in board.slots.enumerated() { tally += reading.tally(pendingWon: !isAtWork && slot > 0 && hasPublished(reading)) } }
            return NodeReading(folder: folder, board: board, isAtWork: isAtWork, tally: tally)
        }
    }

    /// Whether a result was linked by a worker that did not live to count it.
    private func hasPublished(_ reading: SlotReading) -> Bool {
        guard let file = reading.pending, let bytes = try? layout.result(file).contents(limit: 1 << 28), let owner = ClaimOwner(line: bytes) else { return false }
        return owner.process.pid == reading.pid && owner.process.startTime == reading.startTime
    }

    func addCluster(_ status: inout RunStatus, _ nodes: [NodeReading], _ positions: Positions, _ manifest: Manifest, isLive: Bool) throws(FleetError) {
        let said = (try? layout.cluster.contents(limit: 16 << 20)).flatMap { try? JSON.decode(ClusterStatus.self, $0, layout.cluster) }
        let jobs = try ClusterJobs.read(layout)?.jobs ?? []
        var cluster = said ?? ClusterStatus(jobs: jobs)
        // Of each element its latest life.
        var latest: [Int: NodeReading] = [:]
        for node in nodes { latest[node.folder.note.element] = node }
        let present = latest.values.sorted { $0.folder.note.element < $1.folder.note.element }
        cluster.nodes = present.map(\.status)
        if isLive {
            status.workers = []
            for node in present where node.isAtWork {
                status.workers += try workers(node.board, manifest, positions, first: node.folder.note.firstWorker, isAlive: { _ in true }, seconds: node.seconds)
            }
        } else {
            cluster.waiting = 0
            cluster.reasons = []
        }
        status.cluster = cluster
    }
}
