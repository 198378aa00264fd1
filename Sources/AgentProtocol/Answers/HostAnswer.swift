public import Wire

/// A value that a host may answer. No host is trusted with this machine: an answer is decoded into an ``Untrusted`` and comes out of it
/// checked, or not at all.
public protocol HostAnswer: Decodable, Sendable {
    /// This answer within bounds: counts that can be added up, lists of limited length, texts that are safe in a line of a
    /// terminal. What an honest host says is unchanged, but for names and words with control characters in them.
    /// - Throws: `WireFault` `malformed` for what no answer can be, such as a run with an impossible name.
    func checked() throws(WireFault) -> Self

    /// The name of the run that it is about; `nil` for an answer about no run, or about several.
    var answeredRun: String? { get }
}

extension HostAnswer {
    public var answeredRun: String? { nil }
}

/// What a host sent, before it is checked. Nothing of it can be read but by ``checked()``.
public struct Untrusted<Value: HostAnswer>: Decodable, Sendable {
    private let value: Value

    /// What is decoded stays in the box.
    public init(from decoder: any Decoder) throws { value = try Value(from: decoder) }

    /// - Throws: as ``HostAnswer/checked()``.
    public func checked() throws(WireFault) -> Value { try value.checked() }
}

extension Bool: HostAnswer {
    public func checked() -> Bool { self }
}
