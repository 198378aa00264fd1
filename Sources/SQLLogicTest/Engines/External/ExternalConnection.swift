import FoundationEssentials
import Platform
import Synchronization

/// A connection to a program of the user's.
final class ExternalConnection: EngineConnection {
    private let process: ShellCommand
    private let shutdownTimeout: Double
    private var stream = JSONStream()
    private(set) var columnTypes: [String] = []

    private let loss: ConnectionLoss?

    init(_ process: ShellCommand, shutdownTimeout: Double, loss: ConnectionLoss? = nil) {
        self.loss = loss
        self.process = process
        self.shutdownTimeout = shutdownTimeout
    }

    deinit {
        process.closeInput()
        _ = process.wait(seconds: shutdownTimeout)
    }

    private struct Request: Encodable { var sql: String }

    private struct Reply: Decodable {
        var result: [[String]]?
        /// An addition to the protocol: the types of the columns.
        var types: [String]?
        var err: String?
    }

    func execute(_ sql: UnsafeBufferPointer<UInt8>) -> EngineFailure? {
        if case .failure(let error) = ask(sql) { error } else { nil }
    }

    func query(_ sql: UnsafeBufferPointer<UInt8>, types: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> QueryOutcome {
        switch ask(sql) {
        case .failure(let error): return .failed(error)
        case .success(let rows):
            let columns = rows.first?.count ?? types.count
            guard columns == types.count, rows.allSatisfy({ $0.count == columns }) else { return .columnCount(columns) }
            result.columns = columns
            for row in rows {
                for (value, type) in zip(row, types) { TextValue.append(value, as: type, to: &result) }
            }
            return .rows
        }
    }

    func run(_ sql: UnsafeBufferPointer<UInt8>, into result: inout ResultTable) -> StatementOutcome {
        switch ask(sql) {
        case .failure(let error): return .failed(error)
        case .success(let rows):
            let columns = rows.first?.count ?? 0
            guard rows.allSatisfy({ $0.count == columns }) else { return .failed(EngineFailure("the engine's rows have different lengths")) }
            result.columns = columns
            for value in rows.joined() {
                var value = value
                value.withUTF8 { result.append(formatted: $0) }
            }
            // The protocol says nothing of types.
            return .rows(typedColumns: 0)
        }
    }

    /// How long a program that answers no more gets to end, so that it is known how it ended, in seconds.
    private static let endTime = 2.0

    /// How the program ended that was lost; nil while it answers.
    private(set) var termination: ProcessTermination?

    /// Words of a failure that says that the program has gone.
    static let losses = ["the engine's program ended without an answer", "the engine's program does not take requests any more"]

    /// Whether ``interrupt()`` may not end the program any more: it has, or the program has ended by itself.
    private let hasEnded = Atomic<Bool>(false)

    private func lost(_ message: String) -> Result<[[String]], EngineFailure> {
        // A program that was ended has not been lost.
        if !hasEnded.exchange(true, ordering: .acquiringAndReleasing) { loss?.note() }
        if termination == nil { termination = process.wait(seconds: Self.endTime)?.unwrapped }
        return .failure(EngineFailure(message + (termination.map { " (\($0.shown))" } ?? "")))
    }

    /// How the program ended, if it does so by itself within `seconds`.
    func end(within seconds: Double) -> ProcessTermination? { process.wait(seconds: seconds) }

    private func ask(_ sql: UnsafeBufferPointer<UInt8>) -> Result<[[String]], EngineFailure> {
        columnTypes = []
        do {
            let request = try JSONEncoder().encode(Request(sql: String(decoding: sql, as: UTF8.self)))
            guard process.write(Array(request)) else { return lost(Self.losses[1]) }
            while true {
                if let object = stream.next() {
                    let reply = try JSONDecoder().decode(Reply.self, from: Data(object))
                    if let message = reply.err { return .failure(EngineFailure(message)) }
                    columnTypes = reply.types ?? []
                    return .success(reply.result ?? [])
                }
                let bytes = process.read()
                if bytes.isEmpty { return lost(Self.losses[0]) }
                stream.add(bytes)
                if stream.isTooLong { return .failure(EngineFailure("the engine's answer is longer than \(JSONStream.limit) bytes")) }
            }
        } catch {
            return .failure(EngineFailure("the engine's answer is not understood: \(error)"))
        }
    }
}

extension ExternalConnection: InterruptibleConnection {
    func prepareForInterrupts() throws(SQLLogicTestError) {}

    func interrupt() {
        if !hasEnded.exchange(true, ordering: .acquiringAndReleasing) { process.end() }
    }

    var endsWhenInterrupted: Bool { true }

    var hasTransaction: Bool? { nil }
}

extension ExternalConnection: DiscerningConnection {
    func isHarmless(_ sql: UnsafeBufferPointer<UInt8>) -> Bool { HarmlessQuery.holds(sql, rules: [.common, .sqlite, .postgres]) }
}
