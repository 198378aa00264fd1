import Glibc

/// Results of files as threads bring them, for one that waits for them in order.
final class FileResults: @unchecked Sendable {
    private enum Slot { case pending, skipped, done(FileResult) }

    private var slots: [Slot]
    private var next = 0
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(count: Int) {
        slots = Array(repeating: .pending, count: count)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        changed.deallocate()
        lock.deallocate()
    }

    /// The next file to run; nil when there is none.
    func take() -> Int? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        guard next < slots.count else { return nil }
        next += 1
        return next - 1
    }

    /// Leaves out the files that nobody has taken.
    func takeNoMore() {
        pthread_mutex_lock(lock)
        while next < slots.count {
            slots[next] = .skipped
            next += 1
        }
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(lock)
    }

    func set(_ index: Int, _ result: FileResult) {
        pthread_mutex_lock(lock)
        slots[index] = .done(result)
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(lock)
    }

    /// Takes the result out; nil for a file that was not run.
    func wait(for index: Int) -> FileResult? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while case .pending = slots[index] { pthread_cond_wait(changed, lock) }
        guard case .done(let result) = slots[index] else { return nil }
        slots[index] = .skipped
        return result
    }
}
