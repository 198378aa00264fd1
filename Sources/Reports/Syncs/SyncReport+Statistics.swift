import Platform
public import TreeSync

extension SyncReport {
    /// What `sync --stats` prints: five lines, each ended by `\n`.
    public var statistics: String {
        func seconds(_ value: Double) -> String { Human.duration(value) }
        func bytes(_ value: UInt64) -> String { Human.bytes(Int(clamping: value)) }
        let matched = bytesTotal > bytesLiteral ? bytesTotal - bytesLiteral : 0
        let wire = bytesToReceiver &+ bytesToSender
        let gain = wire > 0 ? String(bytesTotal / wire + (bytesTotal % wire > wire / 2 ? 1 : 0)) : "-"
        return """
        source    \(seen.files) files, \(seen.directories) folders, \(seen.links) links, \(bytes(bytesTotal))
        created   \(created.total), updated \(updated.total), touched \(touched.total), deleted \(deleted.total), unchanged \(unchanged.total)
        content   \(bytes(bytesLiteral)) moved, \(bytes(matched)) was there
        messages  \(bytes(bytesToReceiver)) to the host, \(bytes(bytesToSender)) back, speed-up \(gain)
        time      \(seconds(secondsListing)) listing, \(seconds(secondsMoving)) moving, \(seconds(secondsFinishing)) finishing

        """
    }
}
