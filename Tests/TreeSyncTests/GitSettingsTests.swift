import Glibc
import TestSupport
import Testing
@testable import TreeSync

@Suite("The settings of git that decide what is ignored") struct GitSettingsTests {
    private static let names = ["keep.c", "one.one", "two.two", "Three.THREE", "sub/one.one", "sub/d/two.two", "sub/d/THREE.three", "Build/x", "build2/y", "inner/one.one", "inner/two.two", "inner/Three.THREE"]

    /// Each a line of sh that sets things up in the folder of the test, where `home` is HOME and `r` the repository, and variables.
    private static let cases: [(line: String, variables: [String: String])] = [
        ("true", [:]),
        ("mkdir -p home/.config/git && echo '*.one' > home/.config/git/ignore", [:]),
        ("mkdir -p xdg/git home/.config/git && echo '*.one' > home/.config/git/ignore && echo '*.two' > xdg/git/ignore", ["XDG_CONFIG_HOME": "@/xdg"]),
        ("git config -f home/.gitconfig core.excludesFile '~/mine' && echo '*.one' > home/mine", [:]),
        ("mkdir -p home/.config/git && echo '*.one' > home/.config/git/ignore && git config -f home/.gitconfig core.excludesFile ''", [:]),
        ("git config -f home/.gitconfig core.excludesFile 'rel/ative' && mkdir r/rel r/sub/rel r/inner/rel && echo '*.one' > r/rel/ative && echo '*.two' > r/sub/rel/ative && echo '*.two' > r/inner/rel/ative", [:]),
        ("git config -f other core.excludesFile '@/mine' && echo '*.one' > mine && git config -f home/.gitconfig core.excludesFile /nowhere", ["GIT_CONFIG_GLOBAL": "@/other"]),
        ("echo '*.one' > mine", ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.excludesFile", "GIT_CONFIG_VALUE_0": "@/mine"]),
        ("echo '*.one' > mine", ["GIT_CONFIG_PARAMETERS": "'core.excludesfile'='@/mine'"]),
        ("git config -f system core.excludesFile '@/mine' && echo '*.one' > mine", ["GIT_CONFIG_NOSYSTEM": "0", "GIT_CONFIG_SYSTEM": "@/system"]),
        ("git config -f system core.excludesFile '@/mine' && echo '*.one' > mine", ["GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_SYSTEM": "@/system"]),
        ("git -C r config core.ignoreCase true && printf '*.three\\nbuild/\\n/sub/D/two*\\n' > r/.gitignore", [:]),
        ("git -C r config core.ignoreCase false && printf '*.three\\nbuild/\\n/sub/D/two*\\n' > r/.gitignore", [:]),
        ("printf '*.[a-t]hree\\n\\\\Build\\n[B]uild*\\n' > r/.gitignore", ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.ignoreCase", "GIT_CONFIG_VALUE_0": "yes"]),
        ("git -C r/inner config core.ignoreCase true && echo '*.three' | tee r/.gitignore > r/inner/.gitignore", [:]),
        ("git -C r config core.ignoreCase true && echo '*.tHREE' > r/.gitignore && git -C r add -f Three.THREE", [:]),
        ("git -C r/inner config core.excludesFile '@/mine' && echo '*.one' > mine", [:]),
        ("echo '*.one' > mine && printf '[includeIf \"gitdir:**/r/\"]\\n path = @/conditional\\n' | sed \"s:@:$PWD:\" >> home/.gitconfig && git config -f conditional core.excludesFile '@/mine'", [:]),
        ("git -C r config core.excludesFile '@/mine' && echo '*.one' > mine && git init -q elsewhere", ["GIT_DIR": "@/elsewhere/.git", "GIT_WORK_TREE": "@/elsewhere"]),
    ]

    @Test("come from wherever git takes them", arguments: cases.indices)
    func compared(_ index: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let (line, variables) = Self.cases[index]
        let setting = variables.mapValues { $0.replacing("@", with: path) }
        let home = ["HOME": path + "/home", "XDG_CONFIG_HOME": "", "GIT_CONFIG_NOSYSTEM": "1"]
        try shell("""
            cd \(quoted(path)) && export HOME=\(quoted(path + "/home")) GIT_CONFIG_NOSYSTEM=1 && unset XDG_CONFIG_HOME && mkdir home && git init -q r && git init -q r/inner && mkdir -p r/sub/d r/Build r/build2 \
            && for f in \(Self.names.map(quoted).joined(separator: " ")); do echo $f > r/$f; done && \(line.replacing("@", with: path))
            """)
        let all = home.merging(setting) { $1 }
        await #expect(processExitsWith: .success) { [path = path as String, all = all as [String: String]] in
            for (name, value) in all { setenv(name, value, 1) }
            let sent = try await Sent.files(path + "/r", SourceRules(usesGitSettings: true)).files
            // The folder that git is asked in is the repository that counts.
            unsetenv("GIT_DIR")
            unsetenv("GIT_WORK_TREE")
            let wanted = try (Sent.byGit(path + "/r") + Sent.byGit(path + "/r/inner").map { "inner/" + $0 }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(sent == wanted)
            #expect(try await Sent.files(path + "/r/sub", SourceRules(usesGitSettings: true)).files == Sent.byGit(path + "/r/sub"))
        }
    }

    @Test("protect on the receiver too, also where case does not count")
    func protection() async throws {
        let trees = try TreePair()
        try trees.inSource("git init -q . && git config core.ignoreCase true && printf 'build/\\n*.log\\n' > .gitignore && echo a > a && git init -q inner && git -C inner config core.ignoreCase false && echo '*.tmp' > inner/.gitignore")
        try trees.inTarget("mkdir -p BUILD inner && echo b > BUILD/b && echo l > X.LOG && echo i > inner/k.tmp && echo i > inner/K.TMP")
        try await trees.push(SourceRules(usesGitSettings: true), options: SyncOptions(force: true))
        #expect(try trees.inTarget("find . -type f | LC_ALL=C sort | tr '\\n' ' '") == "./.gitignore ./BUILD/b ./X.LOG ./a ./inner/.gitignore ./inner/k.tmp ")
    }
}
