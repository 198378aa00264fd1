import TestSupport
import Testing
@testable import TreeSync

@Suite("A folder called .git, or a file") struct GitFolderTests {
    /// Lines of sh, run in `sub`, that make a `.git` there, by whether git takes it for a repository's.
    private static let forms: [(line: String, isRepository: Bool)] = [
        ("echo 'gitdir: /nowhere' > .git", false),
        ("echo 'gitdir: ../other/.git' > .git", true),
        ("printf 'gitdir: ../other/.git\\r\\n\\n' > .git", true),
        ("printf 'gitdir: ' > .git", false),
        ("echo 'gitdir:../other/.git' > .git", false),
        ("echo nonsense > .git", false),
        (": > .git", false),
        ("(echo 'gitdir: ../other/.git'; head -c 1100000 /dev/zero | tr '\\0' '\\n') > .git", false),
        ("mkfifo .git", false),
        ("ln -s /nowhere .git", false),
        ("ln -s ../other/.git .git", true),
        ("mkdir .git", false),
        ("mkdir .git && : > .git/HEAD", false),
        ("cp -r ../other/.git .git && : > .git/HEAD", false),
        ("cp -r ../other/.git .git && echo 'ref: nowhere' > .git/HEAD", false),
        ("cp -r ../other/.git .git && printf 'ref: \\t refs/heads/x' > .git/HEAD", true),
        ("cp -r ../other/.git .git && printf '%040d' 0 > .git/HEAD", true),
        ("cp -r ../other/.git .git && printf '%064d' 0 > .git/HEAD", true),
        ("cp -r ../other/.git .git && printf '%039d' 0 > .git/HEAD", false),
        ("cp -r ../other/.git .git && ln -sf refs/heads/x .git/HEAD", true),
        ("cp -r ../other/.git .git && ln -sf /refs/heads/x .git/HEAD", false),
        ("cp -r ../other/.git .git && rm -r .git/refs", false),
        ("cp -r ../other/.git .git && rm -r .git/objects", false),
        ("mkdir .git && cp ../other/.git/HEAD .git && echo ../../other/.git > .git/commondir", true),
        ("mkdir .git && cp ../other/.git/HEAD .git && echo ../nowhere > .git/commondir", false),
    ]

    @Test("hides the rules above it exactly where git takes it for a repository's", arguments: forms)
    func compared(_ form: (line: String, isRepository: Bool)) async throws {
        let trees = try TreePair()
        try trees.inSource("""
            git init -q . && printf 'build/\\n.env\\n/sub/top\\n' > .gitignore && git init -q other && mkdir -p sub/build sub/d && for f in .env build/b top d/.env d/e; do echo $f > sub/$f; done && cd sub && \(form.line)
            """)
        let byGit = try Sent.byGit(trees.source).filter { $0.hasPrefix("sub/") }
        // Of a repository inside, git says no more than that it is one.
        #expect(byGit.isEmpty == form.isRepository)
        let sent = try await Sent.files(trees.source).files.filter { $0.hasPrefix("sub/") }
        #expect(sent == (form.isRepository ? ["sub/.env", "sub/build/b", "sub/d/.env", "sub/d/e", "sub/top"] : byGit))
        // The same rules protect on the other side.
        try trees.inTarget("mkdir -p sub/build && echo host > sub/build/mine && echo host > sub/.env && mkdir other")
        try await trees.push(options: SyncOptions(force: true))
        #expect(try trees.inTarget("cat sub/build/mine 2>&1; cat sub/.env").contains("host\nhost\n") == !form.isRepository)
        // From inside, the rules of the tree around hold too.
        if !form.isRepository { #expect(try await Sent.files(trees.source + "/sub").files == byGit.map { String($0.dropFirst(4)) }) }
    }
}
