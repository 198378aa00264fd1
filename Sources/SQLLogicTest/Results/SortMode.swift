/// The order in which a result is compared.
public enum SortMode: String, Sendable, Codable, CaseIterable {
    /// As the engine gave it.
    case nosort
    /// Rows, compared column by column as bytes.
    case rowsort
    /// All values, each on its own, as bytes.
    case valuesort
}
