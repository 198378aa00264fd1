/// Polls `condition` until it holds; tests wait with this and never sleep for a fixed time.
/// - Returns: whether it held before `deadline` had passed.
public func eventually(within deadline: Duration = .seconds(60), every pause: Duration = .milliseconds(10),
                       _ condition: () async throws -> Bool) async throws -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + deadline
    while clock.now < end {
        if try await condition() { return true }
        try await clock.sleep(for: pause)
    }
    return try await condition()
}
