import Glibc

/// Folders that wait to be read, the one that a walk reaches first on top: a folder comes right before what it holds.
struct PathHeap<Element> {
    private var items: [(path: [UInt8], element: Element)] = []

    var isEmpty: Bool { items.isEmpty }

    mutating func push(_ path: [UInt8], _ element: Element) {
        items.append((path, element))
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(items[child].path, items[parent].path) else { return }
            items.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> (path: [UInt8], element: Element)? {
        guard let top = items.first else { return nil }
        let last = items.removeLast()
        guard !items.isEmpty else { return top }
        items[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                if Self.precedes(items[child].path, items[least].path) { least = child }
            }
            guard least != parent else { return top }
            items.swapAt(parent, least)
            parent = least
        }
    }

    /// Compares name by name: a slash comes before any other byte.
    static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        for (mine, other) in zip(left, right) where mine != other {
            if mine == UInt8(ascii: "/") { return true }
            if other == UInt8(ascii: "/") { return false }
            return mine < other
        }
        return left.count < right.count
    }
}
