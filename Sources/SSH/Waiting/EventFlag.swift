import Platform
import Synchronization

/// Something that happens once, such as an abort, which waits that block can wait for: poll(2) finds ``descriptor`` readable from then on.
final class EventFlag: Sendable {
    private let event: EventDescriptor
    private let state = Atomic(false)

    /// - Throws: ``SSHError`` of code `localFile` where no more files may be open.
    init() throws(SSHError) {
        guard let event = EventDescriptor() else { throw SSHError.noDescriptor }
        self.event = event
    }

    var descriptor: Int32 { event.number }

    func set() {
        if !state.exchange(true, ordering: .acquiringAndReleasing) { event.notify() }
    }

    var isSet: Bool { state.load(ordering: .acquiring) }
}
