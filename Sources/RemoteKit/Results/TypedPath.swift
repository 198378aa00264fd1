import FoundationEssentials

/// A path as somebody typed it.
public enum TypedPath {
    /// The same from the root: a relative one starts where the process stands. `..` stays, since a link may stand before it.
    public static func absolute(_ text: String) -> String { text.hasPrefix("/") ? text : FileManager.default.currentDirectoryPath + "/" + text }
}
