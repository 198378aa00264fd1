import Platform

/// One connection to a PostgreSQL server.
final class PostgresConnection: TransactionalConnection {
    private let library: LibPQ
    private let handle: OpaquePointer
    private let queryProtocol: PostgresQueryProtocol
    /// Its database, which is dropped after its connections.
    private let holder: AnyObject?
    private let loss: ConnectionLoss?

    init(_ library: LibPQ, connection: String, queryProtocol: PostgresQueryProtocol, holder: AnyObject? = nil,
         loss: ConnectionLoss? = nil) throws(SQLLogicTestError) {
        self.loss = loss
        self.library = library
        self.queryProtocol = queryProtocol
        self.holder = holder
        guard let handle = library.connect(connection) else {
            throw SQLLogicTestError(.engine, "cannot connect to PostgreSQL: no memory", isRetryable: true)
        }
        guard library.status(handle) == LibPQ.connectionOK else {
            let reason = Self.text(library.errorMessage(handle))
            library.finish(handle)
            throw SQLLogicTestError(.engine, "cannot connect to PostgreSQL: \(reason); check the connection string, or PGHOST, PGUSER and so on",
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

    /// What ends a statement from another thread, if that was asked for.
    private var cancel: OpaquePointer?

    deinit {
        if let cancel { library.freeCancel(cancel) }
        library.finish(handle)
    }

    private static func text(_ bytes: UnsafePointer<CChar>?) -> String {
        bytes.map { Whitespace.trimmed(String(cString: $0)) } ?? ""
    }

    var isInTransaction: Bool { [LibPQ.inTransaction, LibPQ.inFailedTransaction].contains(library.transactionStatus(handle)) }

    /// A command for a shell that opens a database of this server. It has no password: psql finds that where libpq does, or asks for it.
    func opening(_ database: String) -> String {
        let place = [("-h", library.host(handle)), ("-p", library.port(handle)), ("-U", library.user(handle))].map { ($0, Self.text($1)) }
        let words = place.filter { !$1.isEmpty }.map { "\($0) \(ShellWord.quoted($1))" } + ["-d \(ShellWord.quoted(database))"]
        return "psql " + words.joined(separator: " ")
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

    /// The values of the rows that `sql` gives, one after the other.
    /// - Throws: what the server says against it.
    func values(of sql: String) throws(EngineFailure) -> [String] {
        var table = ResultTable()
        let outcome = Array((sql + "\0").utf8).withUnsafeBufferPointer { run(UnsafeBufferPointer(rebasing: $0.dropLast()), into: &table) }
        if case .failed(let failure) = outcome { throw failure }
        var values: [String] = []
        for index in 0..<table.count { values.append(String(decoding: table.value(index), as: UTF8.self)) }
        return values
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
            // The statements are one transaction: an error of a later one replaces the first result.
            if first == nil || isError {
                library.clear(first)
                first = result
            } else {
                library.clear(result)
            }
        }
        return first
    }

    /// Ends a COPY: a script has no data for it, and the connection must not wait for some.
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
        if library.status(handle) != LibPQ.connectionOK { loss?.note() }
        guard let result else { return EngineFailure(Self.text(library.errorMessage(handle))) }
        let status = library.resultStatus(result)
        switch status {
        case LibPQ.emptyQuery, LibPQ.commandOK, LibPQ.tuplesOK, LibPQ.copyIn, LibPQ.copyOut: return nil
        default:
            let state = field(LibPQ.sqlStateField, of: result)
            let message = field(LibPQ.messageField, of: result)
            return EngineFailure(message ?? Self.text(library.errorMessage(handle)), sqlState: state, clientText: message.map { clientText($0, result) })
        }
    }

    private func field(_ field: Int32, of result: OpaquePointer?) -> String? {
        library.resultErrorField(result, field).map { Self.text($0) }
    }

    /// An error in the words of the Rust crate tokio-postgres (`Display` of its `Error` and `DbError`).
    private func clientText(_ message: String, _ result: OpaquePointer?) -> String {
        var text = "db error: \(field(LibPQ.severityField, of: result) ?? "ERROR"): \(message)"
        if let detail = field(LibPQ.detailField, of: result) { text += "\nDETAIL: \(detail)" }
        if let hint = field(LibPQ.hintField, of: result) { text += "\nHINT: \(hint)" }
        return text
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

extension PostgresConnection: InterruptibleConnection {
    func prepareForInterrupts() throws(SQLLogicTestError) {
        guard cancel == nil else { return }
        cancel = library.getCancel(handle)
        if cancel == nil { throw SQLLogicTestError(.engine, "cannot limit the time of a record: libpq gives no means to cancel", isRetryable: true) }
    }

    /// Makes a connection of its own to the server, and returns when the server has got the request.
    func interrupt() {
        guard let cancel else { return }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { _ = library.cancel(cancel, $0.baseAddress, Int32($0.count)) }
    }

    var endsWhenInterrupted: Bool { false }

    var hasTransaction: Bool? { library.transactionStatus(handle) == LibPQ.inTransaction }
}

extension PostgresConnection: DiscerningConnection {
    func isHarmless(_ sql: UnsafeBufferPointer<UInt8>) -> Bool { !isInTransaction && HarmlessQuery.holds(sql, rules: [.postgres]) }
}
