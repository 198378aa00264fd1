/// The part of a pattern from its first wildcard on, as steps.
struct GlobProgram: Sendable {
    enum Step: Sendable {
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

    private(set) var steps: [Step] = []
    private(set) var sets: [ByteSet] = []
    let crossesSlashes: Bool
    /// The fewest bytes that it matches.
    private(set) var shortest = 0
    /// Whether no text matches.
    private(set) var isImpossible = false

    /// The byte that a text must begin with; `nil` where it is not one.
    var first: UInt8? { if case .byte(let byte)? = steps.first { byte } else { nil } }
    /// The byte that it must end in.
    var last: UInt8? { if case .byte(let byte)? = steps.last { byte } else { nil } }

    /// - Parameters:
    ///   - crossesSlashes: whether `*` and `?` match a slash (they do in name patterns, where none occurs).
    ///   - foldsCase: whether the texts are in small letters. What a backslash quotes is not changed then, as in git.
    init(_ pattern: ArraySlice<UInt8>, crossesSlashes: Bool, foldsCase: Bool = false) {
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
                guard let (set, end) = ByteSet.parse(pattern, at: index, foldsCase: foldsCase) else {
                    giveUp()
                    return
                }
                steps.append(.set(sets.count))
                sets.append(set)
                index = end
            case UInt8(ascii: "\\"):
                guard index + 1 < pattern.endIndex else {
                    giveUp()
                    return
                }
                steps.append(.byte(pattern[index + 1]))
                index += 2
            default:
                steps.append(.byte(foldsCase ? LetterCase.small(byte) : byte))
                index += 1
            }
        }
        for step in steps {
            switch step {
            case .byte, .any, .set: shortest += 1
            case .run, .deepRun, .folders, .never: break
            }
        }
    }

    private mutating func giveUp() {
        steps.append(.never)
        isImpossible = true
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
        guard !isImpossible, shortest <= text.count else { return false }
        return matchesByTrial(text) ?? matchesAtOnce(text)
    }
}
