/// The files and links of a walk that have more names than one, so that their content travels once.
struct HardLinkNumbers {
    private struct File: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    private var first: [File: Int] = [:]

    /// Sets the linkage of a folder's files and links.
    /// - Parameter number: of the folder's first entry in the manifest.
    mutating func note(_ listing: inout DirectoryListing, first number: Int) {
        for index in listing.entries.indices where listing.entries[index].inode != 0 && [.file, .link].contains(listing.entries[index].kind) {
            let file = File(device: listing.entries[index].device, inode: listing.entries[index].inode)
            if let known = first[file] {
                listing.entries[index].linkage = .another(known)
            } else {
                first[file] = number + index
                listing.entries[index].linkage = .first
            }
        }
    }
}
