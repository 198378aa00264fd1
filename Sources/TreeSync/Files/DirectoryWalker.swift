import Glibc

/// Finds folders of a tree name by name from its root, refusing links at each level, and keeps the way to the
/// last one open, so that the next path near it costs little. One thread uses it.
final class DirectoryWalker {
    private let root: DirectoryHandle
    private var path: [UInt8] = []
    private var levels: [(name: [UInt8], descriptor: Int32)] = []
    /// Of deeper levels only the last stays open. Each thread has a walker.
    private static let openLevels = DescriptorLimit.share(16, atLeast: 2, atMost: 48)
    /// Enough to pass through folders that may not be read.
    private static let flags = SystemConstant.path | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    init(_ root: DirectoryHandle) { self.root = root }

    deinit { forget() }

    /// The descriptor of the folder at `target`, valid until the next call; good for `…at` calls only.
    func descriptor(of target: [UInt8]) throws(Errno) -> Int32 {
        if target == path { return levels.last?.descriptor ?? root.descriptor }
        let names = target.split(separator: UInt8(ascii: "/"))
        var common = 0
        while common < min(names.count, levels.count), names[common].elementsEqual(levels[common].name) { common += 1 }
        while levels.count > common { closeLast() }
        if let last = levels.last, last.descriptor < 0 {
            forget()
            common = 0
        }
        path = []
        for name in names[common...] { try open(name) }
        path = target
        return levels.last?.descriptor ?? root.descriptor
    }

    /// The folder at `target`, which stays open as long as this walker.
    func pinned(_ target: [UInt8]) throws(Errno) -> (descriptor: Int32, walker: DirectoryWalker) { (try descriptor(of: target), self) }

    /// Closes everything but the root.
    func forget() {
        while !levels.isEmpty { closeLast() }
        path = []
    }

    private func open(_ name: ArraySlice<UInt8>) throws(Errno) {
        let parent = levels.last?.descriptor ?? root.descriptor
        let descriptor = CName.with(name) { openat(parent, $0, Self.flags) }
        guard descriptor >= 0 else {
            let reason = Errno.last
            forget()
            throw reason
        }
        if levels.count > Self.openLevels {
            close(levels[levels.count - 1].descriptor)
            levels[levels.count - 1].descriptor = -1
        }
        levels.append((Array(name), descriptor))
    }

    private func closeLast() {
        guard let last = levels.popLast() else { return }
        if last.descriptor >= 0 { close(last.descriptor) }
    }
}
