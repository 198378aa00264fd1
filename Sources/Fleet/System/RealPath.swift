/// Paths without links.
public enum RealPath {
    /// The real path of `path`, which is absolute and of which the end need not exist.
    public static func of(_ path: String) -> String { Path(path).canonical.text }
}
