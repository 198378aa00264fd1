/// PostgreSQL's client library, loaded when an engine asks for it, so that the program runs where it is not.
struct LibPQ: @unchecked Sendable {
    typealias Text = UnsafePointer<CChar>

    let connect: @convention(c) (Text?) -> OpaquePointer?
    let status: @convention(c) (OpaquePointer?) -> Int32
    let host: @convention(c) (OpaquePointer?) -> Text?
    let port: @convention(c) (OpaquePointer?) -> Text?
    let user: @convention(c) (OpaquePointer?) -> Text?
    let transactionStatus: @convention(c) (OpaquePointer?) -> Int32
    let errorMessage: @convention(c) (OpaquePointer?) -> Text?
    let finish: @convention(c) (OpaquePointer?) -> Void
    let exec: @convention(c) (OpaquePointer?, Text?) -> OpaquePointer?
    let sendQuery: @convention(c) (OpaquePointer?, Text?) -> Int32
    let getResult: @convention(c) (OpaquePointer?) -> OpaquePointer?
    let sendQueryParams: @convention(c) (OpaquePointer?, Text?, Int32, UnsafePointer<UInt32>?, UnsafePointer<Text?>?, UnsafePointer<Int32>?,
                                         UnsafePointer<Int32>?, Int32) -> Int32
    let resultStatus: @convention(c) (OpaquePointer?) -> Int32
    let resultErrorField: @convention(c) (OpaquePointer?, Int32) -> Text?
    let getCancel: @convention(c) (OpaquePointer?) -> OpaquePointer?
    let cancel: @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int32) -> Int32
    let freeCancel: @convention(c) (OpaquePointer?) -> Void
    let clear: @convention(c) (OpaquePointer?) -> Void
    let rowCount: @convention(c) (OpaquePointer?) -> Int32
    let columnCount: @convention(c) (OpaquePointer?) -> Int32
    let isNull: @convention(c) (OpaquePointer?, Int32, Int32) -> Int32
    let value: @convention(c) (OpaquePointer?, Int32, Int32) -> UnsafeMutablePointer<CChar>?
    let length: @convention(c) (OpaquePointer?, Int32, Int32) -> Int32
    let changedRows: @convention(c) (OpaquePointer?) -> UnsafeMutablePointer<CChar>?
    let setNoticeProcessor: @convention(c) (OpaquePointer?, (@convention(c) (UnsafeMutableRawPointer?, Text?) -> Void)?, UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
    let putCopyEnd: @convention(c) (OpaquePointer?, Text?) -> Int32
    let getCopyData: @convention(c) (OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, Int32) -> Int32
    let freeMemory: @convention(c) (UnsafeMutableRawPointer?) -> Void

    init() throws(SQLLogicTestError) {
        let library = try SharedLibrary("libpq.so.5", remedy: "install PostgreSQL's client library (Debian: libpq5)")
        connect = try library.call("PQconnectdb")
        status = try library.call("PQstatus")
        host = try library.call("PQhost")
        port = try library.call("PQport")
        user = try library.call("PQuser")
        transactionStatus = try library.call("PQtransactionStatus")
        errorMessage = try library.call("PQerrorMessage")
        finish = try library.call("PQfinish")
        exec = try library.call("PQexec")
        sendQuery = try library.call("PQsendQuery")
        getResult = try library.call("PQgetResult")
        sendQueryParams = try library.call("PQsendQueryParams")
        resultStatus = try library.call("PQresultStatus")
        resultErrorField = try library.call("PQresultErrorField")
        getCancel = try library.call("PQgetCancel")
        cancel = try library.call("PQcancel")
        freeCancel = try library.call("PQfreeCancel")
        clear = try library.call("PQclear")
        rowCount = try library.call("PQntuples")
        columnCount = try library.call("PQnfields")
        isNull = try library.call("PQgetisnull")
        value = try library.call("PQgetvalue")
        length = try library.call("PQgetlength")
        changedRows = try library.call("PQcmdTuples")
        setNoticeProcessor = try library.call("PQsetNoticeProcessor")
        putCopyEnd = try library.call("PQputCopyEnd")
        getCopyData = try library.call("PQgetCopyData")
        freeMemory = try library.call("PQfreemem")
    }

    // From libpq-fe.h and postgres_ext.h; they are part of its binary interface.
    static let connectionOK: Int32 = 0
    static let inTransaction: Int32 = 2
    static let inFailedTransaction: Int32 = 3
    static let emptyQuery: Int32 = 0
    static let commandOK: Int32 = 1
    static let tuplesOK: Int32 = 2
    static let copyOut: Int32 = 3
    static let copyIn: Int32 = 4
    static let severityField = Int32(UInt8(ascii: "S"))
    static let detailField = Int32(UInt8(ascii: "D"))
    static let hintField = Int32(UInt8(ascii: "H"))
    static let messageField = Int32(UInt8(ascii: "M"))
    static let sqlStateField = Int32(UInt8(ascii: "C"))
}
