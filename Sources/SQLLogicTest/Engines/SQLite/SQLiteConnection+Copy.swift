import Glibc
import Platform

extension SQLiteConnection: CopyableConnection {
    var isInTransaction: Bool { !sqlite.isAutocommit(database) }

    func copyDatabase(to path: String, limit: Int) throws(SQLLogicTestError) {
        guard sqlite.serializes else { throw SQLLogicTestError(.engine, "this SQLite cannot copy a database (it has no sqlite3_serialize)") }
        var size: Int64 = 0
        // Of one that lies in memory as a whole, this is no copy but the thing itself.
        _ = sqlite.serialize(database, &size, isCopy: false)
        guard size <= Int64(limit) else { throw SQLLogicTestError(.engine, "the database has \(Human.bytes(Int(clamping: size))), and there is room for \(Human.bytes(limit))") }
        let image = size > 0 ? sqlite.serialize(database, &size, isCopy: true) : nil
        defer { sqlite.free(image) }
        guard size == 0 || image != nil else { throw SQLLogicTestError(.engine, "there is no memory for a copy of the database") }
        let descriptor = retryingInterrupts { RawPath.withName(path) { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) } }
        guard descriptor >= 0 else { throw SQLLogicTestError(.unwritable, "cannot write \(path): \(ErrorText.of())") }
        let isWritten = DescriptorIO.writeAll(descriptor, UnsafeRawBufferPointer(start: image, count: image == nil ? 0 : Int(size)))
        let reason = ErrorText.of()
        guard close(descriptor) == 0, isWritten else {
            _ = RawPath.withName(path) { unlink($0) }
            throw SQLLogicTestError(.unwritable, "cannot write \(path): \(reason)")
        }
    }
}
