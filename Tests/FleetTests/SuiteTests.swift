import Fleet
import Glibc
import TestSupport
import Testing

@Suite struct SuiteTests {
    @Test("a glob matches what a shell's would", arguments: [
        ("*.test", "a.test", true), ("*.test", "d/a.test", false), ("*.test", ".a.test", false), (".*.test", ".a.test", true),
        ("**/*.test", "a.test", true), ("**/*.test", "d/e/a.test", true), ("**/*.test", ".git/a.test", false),
        ("a/**", "a/b/c", true), ("a/**", "a", false), ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true),
        ("**/x/**/y", "q/x/y", true), ("**/x/**/y", "q/y", false),
        ("select?.test", "select5.test", true), ("select?.test", "select10.test", false),
        ("[a-c]*", "b1", true), ("[!a-c]*", "b1", false), ("[]x]", "]", true), ("a[-]b", "a-b", true),
        ("{a,b/c}.t", "b/c.t", true), ("{a,b{1,2}}.t", "b2.t", true), ("{a,b}.t", "c.t", false), ("x{,y}", "x", true),
        ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("*a*b*c*", "xaxbxcx", true), ("*a*b*c", "aabbccd", false), ("./a", "a", true),
    ])
    func globs(_ pattern: String, _ path: String, _ matches: Bool) throws {
        #expect(try Glob(pattern).matches(Array(path.utf8)) == matches)
    }

    @Test("a glob that cannot be used is refused with its reason", arguments: ["", "/etc/*", "../x", "a/../b", "[a", "{a", "."])
    func refused(_ pattern: String) throws {
        let error = try #require(throws: FleetError.self) { try Glob(pattern) }
        #expect(error.code == .invalid)
        #expect(error.message.contains(pattern))
    }

    @Test("discovery finds each file once, whatever its name, the largest first")
    func discovery() throws {
        let folder = try TemporaryFolder()
        try folder.write("12345", to: "d/big.test")
        try folder.write("1", to: "d/e/a\n\"b.test")
        try folder.write("1", to: ".git/x.test")
        try folder.write("1", to: "other.txt")
        #expect(symlink("nowhere", folder.file("dangling.test")) == 0)
        #expect(mkdir(folder.file("folder.test"), 0o700) == 0)
        #expect(symlink(".", folder.file("d/loop")) == 0)
        let raw = Array(folder.file("d/").utf8) + [0xFF, 0xFE] + Array(".test".utf8)
        let descriptor = raw.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { open(Array($0) + [0], O_CREAT | O_WRONLY, 0o600) }
        #expect(descriptor >= 0)
        close(descriptor)
        let suite = try Suite.discover(workspace: folder.path, globs: ["**/*.test", "d/*.test"])
        #expect(suite.files.map(\.name) == [
            Array("d/big.test".utf8), Array("d/e/a\n\"b.test".utf8), Array("d/".utf8) + [0xFF, 0xFE] + Array(".test".utf8), Array("dangling.test".utf8),
        ].sorted { left, right in
            let size = { (name: [UInt8]) in name == Array("d/big.test".utf8) ? 5 : name.contains(0x0A) ? 1 : 0 }
            return size(left) != size(right) ? size(left) > size(right) : left.lexicographicallyPrecedes(right)
        })
        #expect(suite.files.first?.size == 5)
    }

    @Test("a glob that matches nothing is named, also beside one that matches")
    func nothing() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "a.test")
        #expect { try Suite.discover(workspace: folder.path, globs: ["*.test", "nix/**/*.test"]) } throws: { error in
            (error as? FleetError)?.code == .noFiles && "\(error)".contains("'nix/**/*.test'") && !"\(error)".contains("'*.test'")
        }
        #expect(throws: FleetError.self) { try Suite.discover(workspace: folder.file("absent"), globs: ["*"]) }
    }

    @Test("the seed decides the order of files of one size, and nothing else does")
    func seeds() throws {
        let folder = try TemporaryFolder()
        for number in 0..<50 { try folder.write("same", to: "f\(number).test") }
        let find = { (seed: UInt64) in try Suite.discover(workspace: folder.path, globs: ["*.test"], seed: seed).files.map(\.text) }
        #expect(try find(7) == find(7))
        #expect(try find(7) != find(8))
        #expect(try find(0) == find(0).sorted())
        #expect(try find(7).sorted() == find(0))
    }
}
