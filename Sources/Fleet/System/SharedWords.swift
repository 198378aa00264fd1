import CFleet

/// Memory that processes share, as words of 8 bytes in the machine's byte order. Each is read and written whole: what was written
/// before a word is seen by whoever reads that word.
///
/// The memory must stay mapped for as long as this is used, and have all words that are asked for.
package struct SharedWords: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer

    /// - Parameter base: aligned to 8 bytes.
    package init(_ base: UnsafeMutableRawPointer) { self.base = base }

    package subscript(index: Int) -> UInt64 {
        get { cfleet_load(base + index * 8) }
        nonmutating set { cfleet_store(base + index * 8, newValue) }
    }
}
