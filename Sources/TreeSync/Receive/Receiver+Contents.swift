/// What comes after the listing: contents.
extension Receiver {
    func receiveContent() throws -> SenderSummary {
        while true {
            let (kind, message) = try next()
            if kind == .dataEnd {
                let summary = try JSONPart.decode(SenderSummary.self, message)
                try receiveRest(lanes: summary.lanes)
                content?.finish()
                if let failure = bridge.inbox.failure { throw failure }
                guard ledger.isSettled else { throw SyncError.violation("less than it was asked for") }
                return summary
            }
            try handle(kind, message)
        }
    }

    /// What is still under way on the other lanes.
    private func receiveRest(lanes: Int) throws {
        guard (0...BulkLanes.most).contains(lanes) else { throw SyncError.violation("an impossible number of lanes") }
        bridge.inbox.expect(lanes: lanes)
        while let message = try bridge.inbox.receive() {
            let kind = try MessageKind.of(message)
            if kind == .abort { throw try JSONPart.decode(Abort.self, message).error }
            guard lanes > 0, MessageKind.isBulk(message) else { throw SyncError.violation("messages after its last") }
            try handle(kind, message)
        }
    }

    func handle(_ kind: MessageKind, _ message: [UInt8]) throws {
        guard let content else { throw SyncError.violation("what was not asked for") }
        switch kind {
        case .batch: try content.batch(message)
        case .piece: try content.piece(message)
        case .fileEnd: try content.end(message)
        case .recipe: try content.recipe(message)
        case .answers: try handle(FileAnswer(decoding: message))
        default: throw SyncError.violation("messages out of order")
        }
    }

    private func handle(_ answer: FileAnswer) throws {
        switch answer.outcome {
        case .failed(let kind, let reason):
            try content?.giveUp(answer.id, kind, reason)
        case .differs:
            let requested = try ledger.claim(answer.id)
            ledger.wouldMove(requested.file)
            try ledger.changed(requested.file.change, requested.file.ticket)
            try ledger.close(requested.file.ticket)
        case .same:
            let requested = try ledger.claim(answer.id)
            guard let local = requested.local else { throw SyncError.violation("an answer to no question") }
            try keep(requested.file, local)
        }
    }

    /// The content is right: at most mode and time are not.
    private func keep(_ file: PendingFile, _ local: Attributes) throws {
        var now = local
        now.mode &= policy.modeMask
        if now == file.attributes {
            ledger.unchanged(.file)
        } else {
            try change(SyncChange(kind: .metadata, type: .file, path: file.path, differences: file.differences), ticket: file.ticket) { writer throws(Errno) in
                try writer.setAttributes(file.path, .file, file.attributes)
            }
        }
        try ledger.close(file.ticket)
        if !options.dryRun { try hardLinks.settle(file, .placed) }
    }
}
