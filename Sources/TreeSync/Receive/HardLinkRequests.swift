/// Asks for the content of a file under another of its names, where it could not be had under the first.
struct HardLinkRequests: Sendable {
    let ledger: ReceiverLedger
    let bridge: ChannelBridge

    /// Notes what became of a name that was to bring content.
    func settle(_ file: PendingFile, _ outcome: HardLinkGroups.Outcome) throws { try follow(ledger.hardLinkGroups.settle(file, outcome)) }

    /// Takes the plan in; until no content is waited for, it is not said that nothing more will be asked for.
    func plan(_ names: [PlannedHardLink], _ sources: [Int: HardLinkSource]) throws {
        for step in ledger.hardLinkGroups.plan(names, sources) {
            _ = ledger.comparisons(1)
            try follow(step)
        }
    }

    private func follow(_ step: HardLinkGroups.Step) throws {
        switch step {
        case .wait: break
        case .over: if ledger.comparisons(-1) { try bridge.outbox.put([MessageKind.requestsEnd.rawValue]) }
        case .ask(let name):
            ledger.want(RequestedFile(file: name.file(ticket: ledger.ticket()), local: nil))
            try bridge.outbox.put(FileRequest.encode([FileRequest(id: name.id, kind: .send)]))
        }
    }
}
