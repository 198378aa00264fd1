/// A database that stays with the run, because its file failed.
public struct KeptDatabase: Codable, Sendable, Equatable {
    /// A command for a shell on the host of the run that opens it; `nil` where it does not stay.
    public var open: String?
    /// What is to be known about it, or why it does not stay.
    public var note: String?

    /// Each parameter is the property of the same name.
    public init(open: String? = nil, note: String? = nil) {
        self.open = open
        self.note = note
    }

    /// The same with changed texts.
    package func mapped(_ change: (String) -> String) -> KeptDatabase { KeptDatabase(open: open.map(change), note: note.map(change)) }
}
