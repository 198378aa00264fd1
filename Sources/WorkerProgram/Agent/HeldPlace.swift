import Fleet
import Synchronization

/// The place in a queue that this conversation has, until its run has started.
final class HeldPlace: Sendable {
    private let ticket = Mutex<QueueTicket?>(nil)

    var now: QueueTicket? { ticket.withLock { $0 } }

    func hold(_ new: QueueTicket) { ticket.withLock { $0 = new } }

    func drop() { ticket.withLock { $0 = nil } }
}
