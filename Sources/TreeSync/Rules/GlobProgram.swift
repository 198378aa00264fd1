/// The part of a pattern from its first wildcard on, as steps that are followed all at once, so that no pattern
/// takes more than (steps × bytes of text) to compare.
struct GlobProgram: Sendable {
    private enum Step: Sendable {
        case byte(UInt8)
        /// One byte, in path patterns no slash.
        case any
        /// One byte of the set with this index; in path patterns never a slash.
        case set(Int)
        /// Any run without a slash.
        case run
        /// Any run at all.
        case deepRun
        /// Nothing, or any run that ends in a slash: `**/`.
        case folders
        /// What can never match: an unfinished `[` or a lone `\` at the end.
        case never
    }

    private var steps: [Step] = []
    private var sets: [ByteSet] = []
    private let crossesSlashes: Bool

    /// - Parameter crossesSlashes: whether `*` and `?` match a slash (they do in name patterns, where none occurs).
    init(_ pattern: ArraySlice<UInt8>, crossesSlashes: Bool) {
        self.crossesSlashes = crossesSlashes
        var index = pattern.startIndex
        while index < pattern.endIndex {
            let byte = pattern[index]
            switch byte {
            case UInt8(ascii: "?"):
                steps.append(.any)
                index += 1
            case UInt8(ascii: "*"):
                index = compileStars(pattern, at: index)
            case UInt8(ascii: "["):
                guard let (set, end) = ByteSet.parse(pattern, at: index) else { steps.append(.never); return }
                steps.append(.set(sets.count))
                sets.append(set)
                index = end
            case UInt8(ascii: "\\"):
                guard index + 1 < pattern.endIndex else { steps.append(.never); return }
                steps.append(.byte(pattern[index + 1]))
                index += 2
            default:
                steps.append(.byte(byte))
                index += 1
            }
        }
    }

    private mutating func compileStars(_ pattern: ArraySlice<UInt8>, at start: Int) -> Int {
        let slash = UInt8(ascii: "/")
        var index = start
        while index < pattern.endIndex, pattern[index] == UInt8(ascii: "*") { index += 1 }
        if crossesSlashes {
            steps.append(.deepRun)
            return index
        }
        let opensName = start == pattern.startIndex || pattern[start - 1] == slash
        guard index - start > 1, opensName else {
            steps.append(.run)
            return index
        }
        if index == pattern.endIndex {
            steps.append(.deepRun)
        } else if pattern[index] == slash {
            steps.append(.folders)
            index += 1
        } else if pattern[index] == UInt8(ascii: "\\"), index + 1 < pattern.endIndex, pattern[index + 1] == slash {
            steps.append(.deepRun)
        } else {
            steps.append(.run)
        }
        return index
    }

    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let width = steps.count + 1
        return withUnsafeTemporaryAllocation(of: Bool.self, capacity: 2 * width) { storage in
            storage.initialize(repeating: false)
            var current = UnsafeMutableBufferPointer(rebasing: storage[..<width])
            var next = UnsafeMutableBufferPointer(rebasing: storage[width...])
            enter(0, &current)
            for byte in text {
                next.update(repeating: false)
                guard advance(current, over: byte, into: &next) else { return false }
                swap(&current, &next)
            }
            return current[steps.count]
        }
    }

    /// Marks `step` and what can be reached from it without a byte.
    private func enter(_ step: Int, _ states: inout UnsafeMutableBufferPointer<Bool>) {
        var step = step
        while true {
            states[step] = true
            guard step < steps.count else { return }
            switch steps[step] {
            case .run, .deepRun, .folders: step += 1
            default: return
            }
        }
    }

    private func advance(_ states: UnsafeMutableBufferPointer<Bool>, over byte: UInt8,
                         into next: inout UnsafeMutableBufferPointer<Bool>) -> Bool {
        let isSlash = byte == UInt8(ascii: "/")
        var alive = false
        for step in 0..<steps.count where states[step] {
            var moves = false
            switch steps[step] {
            case .byte(let wanted): moves = byte == wanted
            case .any: moves = crossesSlashes || !isSlash
            case .set(let index): moves = sets[index].contains(byte) && (crossesSlashes || !isSlash)
            case .run:
                if !isSlash { enter(step, &next); alive = true }
            case .deepRun:
                enter(step, &next)
                alive = true
            case .folders:
                next[step] = true
                alive = true
                moves = isSlash
            case .never: break
            }
            if moves { enter(step + 1, &next); alive = true }
        }
        return alive
    }
}
