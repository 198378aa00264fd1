/// What it means for a run that a file passed and failed on the same sources.
public enum FlakyRule: String, Codable, Sendable, CaseIterable {
    /// The run has failed, also where each such file passed in the end.
    case fail
    /// The run says so, and passes if the files passed in the end.
    case warn
    /// As ``warn``, and the run does not speak of it.
    case pass
}
