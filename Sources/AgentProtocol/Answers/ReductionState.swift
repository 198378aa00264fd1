import FoundationEssentials

/// What reductions have come to that did not end, or that belong together: kept in a file beside their results, so that the next ones go on from there.
public struct ReductionState: Codable, Sendable, Equatable {
    /// The place of this machine.
    public static let here = "here"

    /// Of the format.
    private var version = 1
    /// What is left, by the record as `FILE:LINE`; by `FILE` where no line was named.
    public private(set) var reductions: [String: ReducedFile] = [:]
    /// Where each was made: ``here``, or `on` and the name of a host. What a host has sent must not be run elsewhere, so the client writes it.
    private var places: [String: String]?

    /// Of no reduction.
    public init() {}

    /// - Returns: nil where the bytes are no such state, or one of another version.
    public init?(_ bytes: [UInt8]) {
        guard let state = try? JSONDecoder().decode(ReductionState.self, from: Data(bytes)), state.version == 1 else { return nil }
        self = state
    }

    /// As ``init(_:)`` takes it.
    public var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }

    /// Where a record's file was reduced; nil where nothing is left, or nobody has written it.
    public func place(of key: String) -> String? { places?[key] }

    /// What was left of a record in this place.
    public func left(of key: String, at place: String) -> ReducedFile? { places?[key] == place ? reductions[key] : nil }

    /// What was left in this place alone.
    public func left(at place: String) -> ReductionState {
        var state = ReductionState()
        for (key, file) in reductions where places?[key] == place { state.keep(file, of: key, at: place) }
        return state
    }

    /// Takes what is left of a record.
    /// - Parameter place: where it was reduced.
    public mutating func keep(_ file: ReducedFile, of key: String, at place: String) {
        reductions[key] = file
        places = (places ?? [:]).merging([key: place]) { $1 }
    }

    /// Forgets a record, of which nothing more can go.
    public mutating func remove(_ key: String) {
        reductions[key] = nil
        places?[key] = nil
    }
}
