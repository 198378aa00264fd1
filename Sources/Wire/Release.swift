/// What both programs say to `--version`. It promises nothing about who understands whom: see ``Hello/version``.
public enum Release {
    /// Major, minor, patch (semver.org).
    public static let version = "0.1.0"
}
