import Glibc

/// Calls `body` again while a signal interrupts it: it returns -1 with EINTR.
@discardableResult
package func retryingInterrupts<Number: SignedInteger>(_ body: () -> Number) -> Number {
    while true {
        let result = body()
        if result != -1 || errno != EINTR { return result }
    }
}
