@testable import Fleet
import Testing

@Suite("memory for one more process") struct MemoryRoomTests {
    @Test("there is room as long as the floor is free, and always without one")
    func room() {
        // No machine has so much.
        #expect([Int.max, 0, 1].map { isThere(floor: $0) } == [false, true, true])
    }

    private func isThere(floor: Int) -> Bool {
        var room = MemoryRoom(floor: floor)
        // An answer holds for a moment.
        return room.isThere() && room.isThere()
    }
}
