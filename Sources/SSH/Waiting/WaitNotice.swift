import Logging
import Platform

/// Tells the user once, after some time, what is waited for.
struct WaitNotice {
    private let logger: Logger
    private let time: UInt64
    private let text: String
    private var isTold = false

    init(_ logger: Logger, after delay: Duration, _ what: String) {
        self.logger = logger
        time = Clock.after(delay)
        text = "still waiting for \(what), for \(Human.seconds(delay)) s now"
    }

    /// When to ``check()``, by ``Clock/monotonic``; `nil` once it was told.
    var due: UInt64? { isTold ? nil : time }

    mutating func check() {
        guard !isTold, Clock.monotonic >= time else { return }
        isTold = true
        logger.warning("\(text)")
    }
}
