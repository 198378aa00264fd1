/// A connection whose statement another thread can end.
protocol InterruptibleConnection: EngineConnection {
    /// Gets ready for ``interrupt()``; called once, by the thread that uses the connection.
    /// - Throws: ``SQLLogicTestError/Code/usage`` where its statements cannot be ended.
    func prepareForInterrupts() throws(SQLLogicTestError)

    /// Ends the statement that runs, which then fails. Called by another thread, only while a statement runs, and again until it has ended.
    func interrupt()

    /// Whether ``interrupt()`` ends the connection itself.
    var endsWhenInterrupted: Bool { get }

    /// Whether a transaction is open whose changes still count; nil where the connection does not know.
    var hasTransaction: Bool? { get }
}
