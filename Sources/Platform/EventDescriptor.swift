import CPlatform
import Glibc

/// What another thread wakes one with that waits in poll(2): an eventfd(2).
package final class EventDescriptor: Sendable {
    /// Readable from ``notify()`` until ``drain()``.
    package let number: Int32

    /// - Returns: `nil` with `errno` set, where no more files may be open.
    package init?() {
        number = cplatform_eventfd()
        if number < 0 { return nil }
    }

    deinit { if number >= 0 { close(number) } }

    package func notify() {
        var one: UInt64 = 1
        _ = write(number, &one, 8)
    }

    /// Forgets all that was told so far.
    package func drain() {
        var count: UInt64 = 0
        _ = read(number, &count, 8)
    }
}
