extension Duration {
    /// How long a test waits for what should happen. Only a test that fails waits as long: a busy machine can be twenty times slower than an idle one.
    public static let patience = Duration.seconds(300)
}

/// Polls `condition` until it holds; tests wait with this and never sleep for a fixed time.
/// - Returns: whether it held before `deadline` had passed.
public func eventually(within deadline: Duration = .patience, every pause: Duration = .milliseconds(10),
                       _ condition: () async throws -> Bool) async throws -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + deadline
    while clock.now < end {
        if try await condition() { return true }
        try await clock.sleep(for: pause)
    }
    return try await condition()
}
