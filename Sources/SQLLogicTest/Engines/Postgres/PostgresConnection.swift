import Glibc

/// One connection to a PostgreSQL server.
final class PostgresConnection: EngineConnection {
    private let library: LibPQ
    private let handle: OpaquePointer
    private let queryProtocol: PostgresEngine.QueryProtocol
    /// The database is dropped after its connections.
    private let owner: AnyObject?

    init(_ library: LibPQ, connection: String, queryProtocol: PostgresEngine.QueryProtocol, owner: AnyObject?) throws(SQLLogicTestError) {
        self.library = library
        self.queryProtocol = queryProtocol
        self.owner = owner
        guard let handle = library.connect(connection) else {
            throw SQLLogicTestError(.engine, "cannot connect to PostgreSQL: no memory", isRetryable: true)
        }
        guard library.status(handle) == LibPQ.connectionOK else {
            let reason = Self.text(library.errorMessage(handle))
            library.finish(handle)
            throw SQLLogicTestError(.engine, "cannot connect to PostgreSQL: \(reason); check engine.connection or PGHOST, PGUSER and so on",
                                    isRetryable: true)
        }
        self.handle = handle
        _ = library.setNoticeProcessor(handle, { list, text in
            guard let list, let text else { return }
            Unmanaged<NoticeList>.fromOpaque(list).takeUnretainedValue().add(text)
        }, Unmanaged.passUnretained(list).toOpaque())
    }

    /// What the server says besides, such as `NOTICE:  table "t" does not exist, skipping`.
    private final class NoticeList {
        private(set) var texts: [String] = []
        private static let most = 100

        func add(_ text: UnsafePointer<CChar>) {
            if texts.count < Self.most { texts.append(PostgresConnection.text(text)) }
        }

        func removeAll() { texts.removeAll(keepingCapacity: true) }
    }

    private let list = NoticeList()

    var notices: [String] { list.texts }

    deinit { library.finish(handle) }

    private static func text(_ bytes: UnsafePointer<CChar>?) -> String {
        bytes.map { Whitespace.trimmed(String(cString: $0)) } ?? ""
    }

    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure? {
        list.removeAll()
        // All statements count here, and libpq gives the last result or the first error.
        let result = withText(sql) { library.exec(handle, $0) }
        defer { library.clear(result) }
        return failure(of: result)
    }

    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> QueryOutcome {
        let answer = firstResult(of: sql)
        defer { library.clear(answer) }
        if let failure = failure(of: answer) { return .failed(failure) }
        let columns = Int(library.columnCount(answer))
        guard columns == types.count else { return .columnCount(columns) }
        result.columns = columns
        forEachValue(of: answer) { value, _, column in
            if let value { TextValue.append(value, as: types[column], to: &result) } else { result.appendNull() }
        }
        return .rows
    }

    func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome {
        let answer = firstResult(of: sql)
        defer { library.clear(answer) }
        if let failure = failure(of: answer) { return .failed(failure) }
        guard library.resultStatus(answer) == LibPQ.tuplesOK else {
            return .complete(count: Int(Self.text(library.changedRows(answer).map { UnsafePointer($0) })) ?? 0)
        }
        let columns = Int(library.columnCount(answer))
        result.columns = columns
        forEachValue(of: answer) { value, length, _ in
            guard let value else { return result.appendNull() }
            value.withMemoryRebound(to: UInt8.self, capacity: length) { result.append(plain: UnsafeBufferPointer(start: $0, count: length)) }
        }
        return .rows(typedColumns: columns)
    }

    // MARK: Results

    private func withText<Result>(_ sql: UnsafeBufferPointer<UInt8>, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let start = sql.baseAddress else { return body("") }
        return start.withMemoryRebound(to: CChar.self, capacity: sql.count + 1) { body($0) }
    }

    private func firstResult(of sql: UnsafeBufferPointer<UInt8>) -> OpaquePointer? {
        list.removeAll()
        let isSent = withText(sql) { text in
            switch queryProtocol {
            case .simple: library.sendQuery(handle, text)
            case .extended: library.sendQueryParams(handle, text, 0, nil, nil, nil, nil, 0)
            }
        }
        guard isSent == 1 else { return nil }
        var first: OpaquePointer?
        while let result = library.getResult(handle) {
            endCopy(result)
            let isError = failure(of: result) != nil
            // The statements are one transaction: an error of a later one takes the first result back.
            if first == nil || isError {
                library.clear(first)
                first = result
            } else {
                library.clear(result)
            }
        }
        return first
    }

    /// A script has no data for COPY; it must not leave the connection waiting for some.
    private func endCopy(_ result: OpaquePointer?) {
        switch library.resultStatus(result) {
        case LibPQ.copyIn:
            _ = library.putCopyEnd(handle, "a script cannot copy from its standard input")
        case LibPQ.copyOut:
            var line: UnsafeMutablePointer<CChar>?
            while library.getCopyData(handle, &line, 0) > 0 { library.freeMemory(line) }
        default: break
        }
    }

    private func failure(of result: OpaquePointer?) -> EngineFailure? {
        guard let result else { return EngineFailure(Self.text(library.errorMessage(handle))) }
        let status = library.resultStatus(result)
        switch status {
        case LibPQ.emptyQuery, LibPQ.commandOK, LibPQ.tuplesOK, LibPQ.copyIn, LibPQ.copyOut: return nil
        default:
            let state = library.resultErrorField(result, LibPQ.sqlStateField).map { String(cString: $0) }
            let message = library.resultErrorField(result, LibPQ.messageField) ?? library.errorMessage(handle)
            return EngineFailure(Self.text(message), sqlState: state)
        }
    }

    private func forEachValue(of result: OpaquePointer?, _ body: (UnsafePointer<CChar>?, Int, Int) -> Void) {
        let columns = library.columnCount(result)
        for row in 0..<library.rowCount(result) {
            for column in 0..<columns {
                let value = library.isNull(result, row, column) != 0 ? nil : library.value(result, row, column).map { UnsafePointer($0) }
                body(value, Int(library.length(result, row, column)), Int(column))
            }
        }
    }
}
