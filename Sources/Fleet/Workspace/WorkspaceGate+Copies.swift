/// A workspace that is made as a copy of another one, and removed as a whole.
extension WorkspaceGate {
    /// Where a copy is until it is whole; absolute.
    public var copyPlace: String { folder + ".copying" }

    /// Removes what a copy that was cut off has left.
    public func removeUnfinishedCopy() { Path(copyPlace).removeTree() }

    /// What the folder takes on the disk.
    public var bytesOnDisk: Int { Path(folder).bytesOnDisk }

    /// Removes what a copy that did not come to its end has left.
    public static func removeTree(_ path: String) { Path(path).removeTree() }

    /// Removes the folder with all that is in it. Whoever calls this holds its lock and knows whose it is.
    public func removeFolder() { Path(folder).removeTree() }
}
