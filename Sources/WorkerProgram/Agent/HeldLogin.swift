import Synchronization

/// The variables of a login, asked for once in a conversation, and again for each build: runs that follow each other closely need no shell each.
final class HeldLogin: Sendable {
    private let state = Mutex<[String: String]?>(nil)

    /// Those that are known, else those of now.
    func known() async -> [String: String] {
        if let known = state.withLock({ $0 }) { return known }
        return await captured()
    }

    /// Those of now.
    func captured() async -> [String: String] {
        let variables = await LoginEnvironment.capture()
        state.withLock { $0 = variables }
        return variables
    }
}
