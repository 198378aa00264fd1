public import Fleet
import Platform

extension AgentClient {
    /// Does something with the run that is meant, or with every live run of the host, one after the other.
    /// - Throws: ``RemoteError`` `usage` where every live run is meant and there is none; what `body` throws.
    public func chosen<Result: Sendable>(_ run: RunChoice, all: Bool, _ body: (RunChoice) async throws -> Result) async throws -> [Result] {
        guard all else { return [try await body(run)] }
        let live = try await liveRuns()
        guard !live.isEmpty else { throw RemoteError(.usage, "there is no run on \(hostName) that has not ended", remedy: .listRuns) }
        var results: [Result] = []
        for status in live { results.append(try await body(.named(status.id))) }
        return results
    }
}
