/// Waits for something that mostly comes soon: at first for a moment, then for longer and longer.
struct NewsPause {
    private static let longest = Duration.milliseconds(100)

    private var next = Duration.milliseconds(2)
    /// How long it has waited in all.
    private(set) var waited = Duration.zero

    mutating func wait(atLeast least: Duration = .zero) async throws {
        let pause = max(next, least)
        try await Task.sleep(for: pause)
        waited += pause
        next = min(next * 3 / 2, Self.longest)
    }

    /// Something has come: more may come soon.
    mutating func came() { next = .milliseconds(2) }
}
