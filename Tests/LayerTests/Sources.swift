import FoundationEssentials

/// The package's sources, as text.
enum Sources {
    struct Import {
        let file: String
        let module: String
    }

    private static let folder = String(#filePath.dropLast("Tests/LayerTests/Sources.swift".count)) + "Sources"

    /// The folders of Sources: a module each.
    static func modules() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }

    static func root(of module: String) -> String { "\(folder)/\(module)" }

    /// The Swift files of a module, with their paths.
    static func files(of module: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/\(module)").filter { $0.hasSuffix(".swift") }.map { "\(folder)/\(module)/\($0)" }
    }

    static func imports(of module: String) throws -> [Import] {
        try files(of: module).flatMap { file in
            try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                .compactMap { line in Self.module(importedBy: line).map { Import(file: file, module: $0) } }
        }
    }

    private static let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]

    /// The module that a line of Swift imports, if it does.
    static func module(importedBy line: Substring) -> String? {
        var words = line.split { $0 == " " || $0 == "\t" }[...]
        while let word = words.first, word.hasPrefix("@") || modifiers.contains(word) { words.removeFirst() }
        guard words.popFirst() == "import" else { return nil }
        if let word = words.first, kinds.contains(word) { words.removeFirst() }
        return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
    }
}
