/// Changes on their way to the side that started the sync: kind, type and path each.
enum ChangeCodec {
    static func encode(_ changes: [SyncChange]) -> [UInt8] {
        var writer = ByteWriter(.changes)
        for change in changes {
            writer.byte(change.kind.rawValue)
            writer.byte(change.type.rawValue)
            writer.string(change.path.bytes)
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
            changes.append(SyncChange(kind: kind, type: type, path: TreePath(Array(try reader.string(upTo: message.count)))))
        }
        return changes
    }
}
