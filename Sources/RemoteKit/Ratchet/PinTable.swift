import Fleet

/// Which pins mean a file. Most pins of a long list are plain names, which are looked up; only globs are tried one by one.
struct PinTable {
    /// By the parts of the path.
    private var names: [[ArraySlice<UInt8>]: [Int]] = [:]
    private var globs: [(glob: Glob, index: Int)] = []

    /// Pins that cannot be read mean nothing.
    init(_ pins: [PinnedFiles]) {
        for (index, pin) in pins.enumerated() {
            guard let glob = try? Glob(pin.files) else { continue }
            if let name = Glob.name(pin.files) {
                // As a glob reads it, `./a` is `a`.
                names[Self.parts(name).filter { $0 != [UInt8(ascii: ".")] }, default: []].append(index)
            } else {
                globs.append((glob, index))
            }
        }
    }

    var isEmpty: Bool { names.isEmpty && globs.isEmpty }

    /// - Returns: the pins' places in the list.
    func matching(_ file: String) -> [Int] {
        let named = names.isEmpty ? [] : names[Self.parts(file)] ?? []
        guard !globs.isEmpty else { return named }
        let bytes = Array(file.utf8)
        return named + globs.filter { $0.glob.matches(bytes) }.map(\.index)
    }

    private static func parts(_ path: String) -> [ArraySlice<UInt8>] { Array(path.utf8).split(separator: UInt8(ascii: "/")) }
}
