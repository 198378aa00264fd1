import AgentProtocol
import Fleet
import Wire

/// Runs that go on while somebody waits for them.
extension Agent {
    func stop(_ run: RunChoice, _ now: Bool, _ exchange: Exchange) async throws {
        if let name = run.name, let status = waiting(name) { return try await endWaiting(name, status, exchange) }
        let directory = try await find(run)
        guard try directory.isSupervised() else {
            try await exchange.send(value: try directory.status())
            return
        }
        try directory.requestStop(now ? .now : .graceful)
        while try directory.isSupervised() {
            await revive(directory)
            try await exchange.send(value: try directory.status())
            var news = NewsPause()
            while news.waited < .milliseconds(200), try directory.isSupervised() { try await news.wait() }
        }
        try await exchange.send(value: try directory.status())
    }

    func follow(_ run: RunChoice, _ offset: Int, _ exchange: Exchange) async throws {
        if let name = run.name { try await arrival(of: name, exchange) }
        let directory = try await find(run), reading = try directory.beginReading()
        defer { withExtendedLifetime(reading) {} }
        var follower = RunFollower(directory, from: offset)
        var sampler = HostSampler()
        let begin = ContinuousClock.now
        while true {
            await revive(directory)
            var isLive = try directory.isSupervised()
            try await sendNews(&follower, exchange)
            try await exchange.send(value: FollowMessage.status(try directory.status(), sampler.sample()))
            if !isLive { return }
            // A short run is followed at its heels; of a long one, news may wait to be sent together.
            var news = NewsPause()
            while isLive, news.waited < Self.statusPause {
                try await news.wait(atLeast: ContinuousClock.now - begin < .seconds(2) ? .milliseconds(2) : .milliseconds(50))
                isLive = try directory.isSupervised()
                if try await sendNews(&follower, exchange) { news.came() }
            }
        }
    }

    /// Between two words on where a run stands.
    private static let statusPause = Duration.milliseconds(500)

    /// - Returns: whether there was something to send.
    @discardableResult
    private func sendNews(_ follower: inout RunFollower, _ exchange: Exchange) async throws -> Bool {
        var isNew = false
        while true {
            let events = try follower.next(limit: 256 << 10)
            if events.isEmpty { return isNew }
            isNew = true
            try await exchange.send(value: FollowMessage.events(events, next: follower.offset))
        }
    }
}
