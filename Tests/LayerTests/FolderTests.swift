import FoundationEssentials
import Testing

/// The arrows between the folders of a module.
struct FolderTests {
    private static func graph(of module: String) throws -> FolderGraph {
        let root = Sources.root(of: module)
        var texts: [String: String] = [:]
        for file in try Sources.files(of: module) { texts[String(file.dropFirst(root.count + 1))] = try String(contentsOfFile: file, encoding: .utf8) }
        return FolderGraph(texts)
    }

    @Test("types of a folder name only types of folders below it", arguments: LayerTests.allowed.keys.sorted())
    func pointsDown(module: String) throws {
        let circle = try Self.graph(of: module).circle ?? []
        #expect(circle.isEmpty, "\(circle.joined(separator: "\n"))")
    }

    @Test("a type's name is declared in one folder of its module", arguments: LayerTests.allowed.keys.sorted())
    func isUnique(module: String) throws {
        let ambiguous = try Self.graph(of: module).ambiguous
        #expect(ambiguous.isEmpty, "\(ambiguous)")
    }

    @Test("a circle is found, also a long one and one through an extension", arguments: [
        ["A/One.swift": "struct One { let two: Two }", "B/Two.swift": "enum Two { func f(_ one: One) {} }"],
        ["A/One.swift": "struct One {}", "B/Two.swift": "struct Two: Three {}", "C/Three.swift": "protocol Three {}", "A/One+.swift": "extension Two {}", "C/F.swift": "let f = One()"],
        ["Root.swift": "actor Root {}", "A/One.swift": "final class One { var root: Root? }", "Other.swift": "func f() { One() }"],
        ["A/One.swift": "struct One {}\nlet text = \"\\(Two.name(\"a\"))\"", "B/Two.swift": "enum Two { static let one = One() }"],
        ["A/B/One.swift": "struct One {}; let two: Two", "A/Two.swift": "struct Two {}; let one: One"],
    ])
    func finds(files: [String: String]) {
        #expect(FolderGraph(files).circle != nil)
    }

    @Test("names in comments and strings, of nested types and within one folder are no arrows", arguments: [
        ["A/One.swift": "struct One { let two: Two }", "B/Two.swift": "// One\n/* One /* One */ One */\nlet s = \"One\", t = #\"\\(One)\"#\nstruct Two {}"],
        ["A/One.swift": "struct One { let two: Two }", "B/Two.swift": "struct Two { let text = \"\"\"\n  One \"One\" \\\"\"\" One\n  \"\"\" }"],
        ["A/One.swift": "struct One { struct Code {}; let two: Two }", "B/Two.swift": "struct Two { enum Code {}; let code: Code }"],
        ["A/One.swift": "struct One { let two: Two }", "A/Two.swift": "struct Two { let one: One }"],
        ["A/One.swift": "let x = \"\\(\"a\" + \"}\")\"\nstruct One { let two: Two }", "B/Two.swift": "struct Two {}"],
    ])
    func ignores(files: [String: String]) {
        #expect(FolderGraph(files).circle == nil)
    }

    @Test("what is declared in two folders is told")
    func tellsAmbiguous() {
        #expect(FolderGraph(["A/X.swift": "struct X {}", "B/X.swift": "enum X {}"]).ambiguous == ["X": ["A", "B"]])
    }
}
