/// Called before each record of a script with the line of its header and its number in the file, both from 1. It must be cheap.
///
/// For a record that an `include` brings in, the line is that of the outermost `include`.
public typealias RecordProgress = (_ line: Int, _ record: Int) -> Void
