import Glibc
import Synchronization

/// Lets so many projects be at work at a time as the machine can follow: with all tests at once, none of them sees
/// in time what it waits for.
final class Seats: Sendable {
    static let shared = Seats(max(4, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) * 2))

    /// Given back with its last reference.
    final class Seat: Sendable {
        private let seats: Seats
        fileprivate init(_ seats: Seats) { self.seats = seats }
        deinit { seats.giveBack() }
    }

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    private init(_ count: Int) { state = Mutex(State(free: count)) }

    func take() async -> Seat {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free == 0 {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
        return Seat(self)
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
