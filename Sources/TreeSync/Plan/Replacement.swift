/// What something new takes the place of.
enum Replacement: Sendable {
    case nothing
    case entry
    /// A folder, and all it holds.
    case directory([PlannedDeletion])

    /// How a change is called that takes its place.
    var kind: SyncChange.Kind { if case .nothing = self { .create } else { .update } }

    /// What goes with the folder, without the folder itself, which comes last.
    var content: ArraySlice<PlannedDeletion> { if case .directory(let deletions) = self { deletions.dropLast() } else { [] } }
}
