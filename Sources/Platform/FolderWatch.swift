import Glibc

/// Tells of changes in folders: inotify(7). One thread reads, any may add.
package final class FolderWatch: Sendable {
    /// The number of a folder that is watched. It is never given again.
    package typealias Number = Int32

    /// Something that happened in a folder, or to it.
    package struct Event: Sendable {
        package enum Kind: Sendable {
            /// There is something of this name now, which may still be written.
            case appeared
            /// A file was written and closed, or was renamed to this name.
            case written
            /// A file is being written, or has other attributes.
            case touched
            /// The name is gone.
            case vanished
            /// The folder itself was moved or deleted.
            case lost
            /// No more events of the folder will come.
            case ended
            /// Events were lost: nobody knows of what.
            case overflow
        }

        package var watch: Number
        package var kind: Kind
        /// Whether the name is a folder's.
        package var isFolder: Bool
        /// Empty where the folder itself is meant.
        package var name: [UInt8]

        /// Each parameter is the property of the same name.
        package init(watch: Number, kind: Kind, isFolder: Bool = false, name: [UInt8] = []) {
            self.watch = watch
            self.kind = kind
            self.isFolder = isFolder
            self.name = name
        }
    }

    /// The system gave no watch.
    package struct Failure: Error, Sendable {
        /// As in `errno`: ENOSPC where the user has as many watches as the system allows, EMFILE where that is so of those who watch.
        package let number: Int32
        /// The system's words for it.
        package var text: String { ErrorText.of(number) }

        /// - Parameter number: as in `errno`.
        package init(number: Int32) { self.number = number }
    }

    /// Readable when there are events.
    package let descriptor: Int32

    package init() throws(Failure) {
        descriptor = inotify_init1(O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw Failure(number: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static let mask = UInt32(IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
        | UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)

    /// Watches a folder that is open, wherever it is by now. One that is watched already keeps its number.
    package func add(openFolder: Int32) throws(Failure) -> Number {
        // Its entry in /proc is a link to the folder itself.
        let number = inotify_add_watch(descriptor, "/proc/self/fd/\(openFolder)", Self.mask)
        if number < 0 { throw Failure(number: errno) }
        return number
    }

    /// Watches a folder no longer; ``Event/Kind/ended`` follows.
    package func remove(_ number: Number) { inotify_rm_watch(descriptor, number) }

    /// The events that there are; none where there are none.
    package func read() -> [Event] {
        var events: [Event] = []
        while let bytes = DescriptorIO.read(descriptor, limit: 64 << 10), !bytes.isEmpty { Self.decode(bytes, into: &events) }
        return events
    }

    /// `struct inotify_event`: the watch, the mask, a cookie, the length of the name with its zeros, the name.
    private static func decode(_ bytes: [UInt8], into events: inout [Event]) {
        let header = 16
        bytes.withUnsafeBytes { all in
            var start = 0
            while start + header <= all.count {
                let number = all.loadUnaligned(fromByteOffset: start, as: Int32.self)
                let mask = all.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self)
                let length = Int(all.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
                let end = min(all.count, start + header + length)
                let name = all[(start + header)..<end].prefix { $0 != 0 }
                if let kind = kind(of: mask) { events.append(Event(watch: number, kind: kind, isFolder: mask & UInt32(IN_ISDIR) != 0, name: Array(name))) }
                start = end
            }
        }
    }

    private static func kind(of mask: UInt32) -> Event.Kind? {
        func has(_ bits: some BinaryInteger) -> Bool { mask & UInt32(truncatingIfNeeded: bits) != 0 }
        if has(IN_Q_OVERFLOW) { return .overflow }
        if has(IN_IGNORED) { return .ended }
        if has(IN_DELETE_SELF | IN_MOVE_SELF) { return .lost }
        if has(IN_CLOSE_WRITE | IN_MOVED_TO) { return .written }
        if has(IN_DELETE | IN_MOVED_FROM) { return .vanished }
        if has(IN_CREATE) { return .appeared }
        return has(IN_MODIFY | IN_ATTRIB) ? .touched : nil
    }
}
