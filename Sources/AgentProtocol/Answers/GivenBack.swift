public import Fleet
public import Wire

/// Files that a run has given back: a part of a long list.
public struct GivenBack: Codable, Sendable, Equatable, HostAnswer {
    /// Their keys.
    public var files: [UInt64]

    /// Files of these keys.
    public init(files: [UInt64]) { self.files = files }

    /// In a part.
    public static let most = 1000

    public func checked() throws(WireFault) -> GivenBack {
        guard files.count <= Self.most else { throw WireFault(.malformed, "the host sent \(files.count) files at once") }
        return self
    }
}

extension SuiteSurvey: HostAnswer {
    public func checked() throws(WireFault) -> SuiteSurvey {
        guard files.count <= SuiteSurvey.most else { throw WireFault(.malformed, "the host sent \(files.count) files at once") }
        // A host that is said to be a million times faster would get all files.
        return SuiteSurvey(cores: min(max(1, cores), 1 << 17), speed: speed.isFinite ? min(max(speed, 1e-3), 1e6) : 1, files: files.map {
            File(file: Bounds.path($0.file), key: $0.key, expected: Bounds.seconds($0.expected), isBlocked: $0.isBlocked)
        })
    }
}
