internal import CSQLite
import Glibc
import Platform

extension SQLiteConnection: CopyableConnection {
    var isInTransaction: Bool { !sqlite.isAutocommit(database) }

    func copyDatabase(to path: String, limit: Int) throws(SQLLogicTestError) -> Bool {
        if limit < .max {
            guard let size else { throw HeldDatabase.unknownSize }
            if size > limit { throw SQLLogicTestError(.engine, "the database has \(Human.bytes(size)), and there is room for \(Human.bytes(limit))") }
        }
        for suffix in ["", "-journal", "-wal", "-shm"] { _ = RawPath.withName(path + suffix) { unlink($0) } }
        do throws(SQLLogicTestError) {
            // Page by page is without a second copy in memory, and every release can do it; what is not committed it cannot see.
            guard isInTransaction else {
                try backUp(to: path)
                return false
            }
            if sqlite.serializes {
                try writeImage(to: path)
                return false
            }
            _ = sqlite.exec(database, "ROLLBACK")
            try backUp(to: path)
            return true
        } catch {
            for suffix in ["", "-journal"] { _ = RawPath.withName(path + suffix) { unlink($0) } }
            throw error
        }
    }

    var size: Int? {
        guard let pages = number("PRAGMA page_count"), let page = number("PRAGMA page_size") else { return nil }
        let (size, isTooMuch) = pages.multipliedReportingOverflow(by: page)
        return isTooMuch ? nil : size
    }

    private func number(_ pragma: String) -> Int? {
        var rows = ResultTable()
        guard case .rows = Array((pragma + "\0").utf8).withUnsafeBufferPointer({ run(UnsafeBufferPointer(rebasing: $0.dropLast()), into: &rows) }) else { return nil }
        return rows.values(limit: 64).first.flatMap { Int($0) }
    }

    private func backUp(to path: String) throws(SQLLogicTestError) {
        let target = try SQLiteConnection(sqlite, path: path)
        let code = sqlite.backUp(database, to: target.database)
        guard code == SQLITE_OK else {
            throw SQLLogicTestError(.engine, "cannot copy the database to \(path): \(sqlite.errstr(code).map { String(cString: $0) } ?? "error \(code)")")
        }
    }

    private func writeImage(to path: String) throws(SQLLogicTestError) {
        var size: Int64 = 0
        let image = sqlite.serialize(database, &size)
        defer { sqlite.free(image) }
        guard let image else { throw SQLLogicTestError(.engine, "there is no memory for a copy of the database") }
        let descriptor = retryingInterrupts { RawPath.withName(path) { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) } }
        guard descriptor >= 0 else { throw SQLLogicTestError(.unwritable, "cannot write \(path): \(ErrorText.of())") }
        let isWritten = DescriptorIO.writeAll(descriptor, UnsafeRawBufferPointer(start: image, count: Int(size)))
        let reason = ErrorText.of()
        guard close(descriptor) == 0, isWritten else { throw SQLLogicTestError(.unwritable, "cannot write \(path): \(reason)") }
    }
}
