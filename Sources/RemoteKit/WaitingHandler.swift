/// Is told what is waited for, and for how many seconds already, when nothing has come of it for some.
public typealias WaitingHandler = @Sendable (_ what: String, _ seconds: Int) -> Void
