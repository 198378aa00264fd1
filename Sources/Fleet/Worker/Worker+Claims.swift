import Platform

/// Which file comes next.
extension Worker {
    /// A file that waits for a seat of its group, and may have it now.
    func claimWaiting() throws(FleetError) -> (Claim, FileGroups.Seats)? {
        guard !groups.isEmpty, try groups.waiting > 0 else { return nil }
        waitWhilePaused()
        if shouldLeave { return nil }
        let found = try groups.claimWaiting(name: { position throws(FleetError) in try manifest.entry(positions.id(position)).name }) { position throws(FleetError) -> Claim? in
            guard positions.isRunnable(position), let claim = try table.create(id: position, generation: 1, tryNumber: 1) else { return nil }
            // It may have been run by somebody who took it over.
            guard publisher.results.layout.result(position).exists else { return claim }
            table.remove(id: position, upTo: claim.generation)
            return nil
        }
        return found.map { ($0.claim, $0.seats) }
    }

    func claimNext() throws(FleetError) -> (Claim, FileGroups.Seats)? {
        if let waiting = try claimWaiting() { return waiting }
        waitWhilePaused()
        if shouldLeave { return nil }
        let position = try cursor.position
        if position >= positions.end { return nil }
        // In a queue that starts over those that wait would become more without end.
        let isOver = positions.startsOver && position > 0 && position % positions.count == 0
        if isOver, !groups.isEmpty, try groups.waiting > 0 { return nil }
        // Made before the lock is taken, so that it is held for a link(2) and a write only.
        let draft = try table.draft()
        defer { draft.discard() }
        return try cursor.advance(below: groups.isEmpty ? positions.end : positions.endOfRound(position)) { position throws(FleetError) -> (Claim, FileGroups.Seats)? in
            // What the supervisor has published from the verdicts of earlier runs is never claimed.
            guard positions.isRunnable(position), !known.contains(position) else { return nil }
            let entry = groups.isEmpty ? FileGroups.Entry.entered(.none) : try groups.enter(manifest.entry(positions.id(position)).name)
            switch entry {
            case .entered(let seats):
                guard let claim = try table.create(draft, id: position, generation: 1, tryNumber: 1) else { return nil }
                return (claim, seats)
            case .full(let group):
                try groups.wait(position, for: group)
                return nil
            }
        }
    }

    private func waitWhilePaused() {
        while !board.paused.isEmpty && !shouldLeave { Clock.pauseThread(0.05) }
    }

    /// - Returns: how many files were run; those whose groups have no seat are passed over.
    @discardableResult
    func takeOver(_ states: [ClaimState]) throws -> Int {
        var run = 0
        // A claim at the cursor or beyond belongs to a worker that died before it advanced; whoever claims next
        // skips it, and if it were run now its position would be claimed once more.
        let position = states.isEmpty ? 0 : try cursor.position
        for state in states where state.id < position {
            waitWhilePaused()
            if shouldLeave { return run }
            if publisher.results.layout.result(state.id).exists {
                table.remove(id: state.id, upTo: state.generation)
                continue
            }
            // The supervisor saw how its worker died and says so in the record.
            if isSupervised && state.isExhausted(attempts: directory.spec.attempts) { continue }
            guard case .entered(let seats) = groups.isEmpty ? .entered(.none) : try groups.enter(manifest.entry(positions.id(state.id)).name),
                  let claim = try table.takeOver(state) else { continue }
            run += 1
            if claim.tryNumber > directory.spec.attempts {
                try give(up: claim)
            } else {
                try self.run(claim, seats)
            }
        }
        return run
    }
}
