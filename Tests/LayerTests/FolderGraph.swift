import FoundationEssentials

/// Which folders of a module name types of which others, by a simple scan.
///
/// Comments and the texts of strings are no uses. A type is known by its name at the top level of a file, which must be unique in its module;
/// a word that is such a name is a use, also where an extension begins. What Swift infers without a word stays unseen.
/// Files that lie in the module's own folder are a folder too.
struct FolderGraph {
    /// A folder's path below the module, `""` for the module's own, and those that it names types of, each with a word for it.
    private(set) var uses: [String: [String: String]] = [:]
    /// Names that are declared in more than one folder: they cannot be told apart.
    private(set) var ambiguous: [String: Set<String>] = [:]

    /// - Parameter files: the text of each file, by its path below the module.
    init(_ files: [String: String]) {
        let words = files.mapValues { SwiftWords($0) }
        var homes: [String: Set<String>] = [:]
        for (file, text) in words {
            for type in text.declared { homes[type, default: []].insert(Self.folder(file)) }
        }
        ambiguous = homes.filter { $0.value.count > 1 }
        for (file, text) in words {
            let own = Self.folder(file)
            for word in text.words {
                guard let home = homes[word], home.count == 1, let other = home.first, other != own else { continue }
                uses[own, default: [:]][other] = "\(file) names \(word)"
            }
        }
    }

    private static func folder(_ file: String) -> String { file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "" }

    /// A way from a folder back to itself, as sentences, if there is one.
    var circle: [String]? {
        var finished: Set<String> = []
        for start in uses.keys.sorted() {
            var way: [String] = []
            if let found = search(start, &way, &finished) { return found }
        }
        return nil
    }

    private func search(_ folder: String, _ way: inout [String], _ finished: inout Set<String>) -> [String]? {
        if let begin = way.firstIndex(of: folder) {
            let round = way[begin...] + [folder]
            return zip(round, round.dropFirst()).map { "\($0) → \($1): \(uses[$0]?[$1] ?? "")" }
        }
        if finished.contains(folder) { return nil }
        way.append(folder)
        for next in (uses[folder] ?? [:]).keys.sorted() {
            if let found = search(next, &way, &finished) { return found }
        }
        way.removeLast()
        finished.insert(folder)
        return nil
    }
}

/// The words of a Swift file that are code.
struct SwiftWords {
    /// Names of types that are declared at the top level.
    private(set) var declared: Set<String> = []
    private(set) var words: Set<String> = []

    private static let kinds: Set<String> = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    init(_ text: String) {
        var scanner = Scanner(Array(text.utf8))
        var depth = 0
        var before = ""
        while let token = scanner.next() {
            switch token {
            case "{", "(", "[": depth += 1
            case "}", ")", "]": depth -= 1
            default:
                if depth == 0, Self.kinds.contains(before), token.first?.isUppercase == true { declared.insert(token) }
                words.insert(token)
            }
            before = token
        }
    }

    /// Cuts code into words and brackets; comments and the texts of strings are left out, what is interpolated into them is not.
    private struct Scanner {
        private let bytes: [UInt8]
        private var at = 0
        /// For each string that is open around the place: its hashes, its quotes, and how many brackets are open in its interpolation.
        private var strings: [(hashes: Int, quotes: Int, brackets: Int)] = []

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        private func byte(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

        private static func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
        }

        mutating func next() -> String? {
            while at < bytes.count {
                if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "/") {
                    while at < bytes.count, byte() != UInt8(ascii: "\n") { at += 1 }
                } else if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                    skipComment()
                } else if Self.isWord(byte()) {
                    let start = at
                    while Self.isWord(byte()) { at += 1 }
                    return String(decoding: bytes[start..<at], as: UTF8.self)
                } else if let (hashes, quotes) = quote() {
                    at += hashes + quotes
                    strings.append((hashes, quotes, 0))
                    skipString()
                } else {
                    let bracket = byte()
                    at += 1
                    if let token = bracketed(bracket) { return token }
                }
            }
            return nil
        }

        private mutating func bracketed(_ byte: UInt8) -> String? {
            guard "{}()[]".utf8.contains(byte) else { return nil }
            if !strings.isEmpty {
                strings[strings.count - 1].brackets += "{([".utf8.contains(byte) ? 1 : -1
                if strings[strings.count - 1].brackets == 0 {
                    skipString()
                    return ")"
                }
            }
            return String(UnicodeScalar(byte))
        }

        private mutating func skipComment() {
            var depth = 0
            repeat {
                if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                    depth += 1
                    at += 2
                } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                    depth -= 1
                    at += 2
                } else {
                    at += 1
                }
            } while depth > 0 && at < bytes.count
        }

        /// The quotes of a string that begins here.
        private func quote() -> (hashes: Int, quotes: Int)? {
            var hashes = 0
            while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
            guard byte(hashes) == UInt8(ascii: "\"") else { return nil }
            let isLong = byte(hashes + 1) == UInt8(ascii: "\"") && byte(hashes + 2) == UInt8(ascii: "\"")
            return (hashes, isLong ? 3 : 1)
        }

        /// Goes on in the text of the innermost string: behind its end, or into its next interpolation.
        private mutating func skipString() {
            guard let string = strings.last else { return }
            let hashes = [UInt8](repeating: UInt8(ascii: "#"), count: string.hashes)
            let end = [UInt8](repeating: UInt8(ascii: "\""), count: string.quotes) + hashes
            let escape = [UInt8(ascii: "\\")] + hashes
            while at < bytes.count {
                if bytes[at...].starts(with: end) {
                    at += end.count
                    strings.removeLast()
                    return
                }
                if bytes[at...].starts(with: escape) {
                    at += escape.count
                    if byte() == UInt8(ascii: "(") {
                        strings[strings.count - 1].brackets = 1
                        at += 1
                        return
                    }
                }
                at += 1
            }
        }
    }
}
