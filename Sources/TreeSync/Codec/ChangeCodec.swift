/// Changes on their way to the side that started the sync: kind, type, differences, path and target each. No target is empty.
enum ChangeCodec {
    static func encode(_ changes: [SyncChange]) -> [UInt8] {
        var writer = ByteWriter(.changes)
        for change in changes {
            writer.byte(change.kind.rawValue)
            writer.byte(change.type.rawValue)
            writer.byte(change.differences.rawValue)
            writer.string(change.path.bytes)
            writer.string(change.target?.bytes ?? [])
        }
        return writer.bytes
    }

    static func decode(_ message: [UInt8]) throws -> [SyncChange] {
        var reader = ByteReader(message: message)
        var changes: [SyncChange] = []
        while !reader.isAtEnd {
            guard let kind = SyncChange.Kind(rawValue: try reader.byte()), let type = EntryKind(rawValue: try reader.byte()) else {
                throw SyncError.violation("a change of an unknown kind")
            }
            let differences = SyncChange.Differences(rawValue: try reader.byte())
            let path = TreePath(Array(try reader.string(upTo: message.count)))
            let target = Array(try reader.string(upTo: message.count))
            changes.append(SyncChange(kind: kind, type: type, path: path, differences: differences, target: target.isEmpty ? nil : TreePath(target)))
        }
        return changes
    }
}
