import FoundationEssentials
import Testing

/// The pages for people: README.md and its like, and those in docs.
@Suite("Pages") struct PageTests {
    private static let root = String(#filePath.dropLast("Tests/LayerTests/PageTests.swift".count))

    private static func pages() throws -> [String] {
        let files = FileManager.default
        let top = try files.contentsOfDirectory(atPath: root)
        let docs = try files.contentsOfDirectory(atPath: root + "docs").map { "docs/" + $0 }
        return (top + docs).filter { $0.hasSuffix(".md") }.sorted()
    }

    private static func text(_ page: String) throws -> String { try String(contentsOfFile: root + page, encoding: .utf8) }

    /// The names of a page's headings in a link, as Markdown renderers make them: lower case, without signs, `-` for a blank.
    private static func anchors(_ page: String) throws -> Set<String> {
        var isCode = false, found: Set<String> = []
        for line in try text(page).split(separator: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode, line.hasPrefix("#") else { continue }
            let kept = line.drop { $0 == "#" }.dropFirst().lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
            found.insert(String(kept.map { $0 == " " ? "-" : $0 }))
        }
        return found
    }

    /// What stands between `](` and `)`.
    private static func links(_ page: String) throws -> [String] {
        try text(page).split(separator: "](").dropFirst().map { String($0.prefix { $0 != ")" }) }
    }

    @Test("each link leads to a file, and to a heading in it")
    func links() throws {
        var checked = 0
        for page in try Self.pages() {
            for link in try Self.links(page) where !link.contains("://") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                var folder = page.split(separator: "/").dropLast().map(String.init)
                for part in parts[0].split(separator: "/") {
                    if part == ".." { folder.removeLast() } else { folder.append(String(part)) }
                }
                let target = parts[0].isEmpty ? page : folder.joined(separator: "/")
                #expect(FileManager.default.fileExists(atPath: Self.root + target), "\(page): \(link)")
                if parts.count > 1 { #expect(try Self.anchors(target).contains(parts[1]), "\(page): \(link)") }
                checked += 1
            }
        }
        #expect(checked > 50)
    }

    @Test("the README leads to every page")
    func complete() throws {
        let linked = try Set(Self.links("README.md"))
        for page in try Self.pages() where page != "README.md" && page != "CHANGELOG.md" { #expect(linked.contains(page), "\(page)") }
    }
}
