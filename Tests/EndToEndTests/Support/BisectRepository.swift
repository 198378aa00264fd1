import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A project whose repository has some 30 commits. Its build copies `answer.txt` where it is newer than what was built, as make does, and its engine
/// answers every query with what was built.
struct BisectRepository {
    let project: Project
    /// The hashes, from the first commit on.
    var commits: [String] = []

    private static let settings = """
        [suite]
        files = ["tests/*.test"]
        [engine]
        kind = "external"
        command = ["bash engine.sh"]
        [prepare]
        command = "sh build.sh"

        """

    /// - Parameters:
    ///   - answers: of each commit.
    ///   - broken: places of commits that do not build.
    ///   - isLocal: whether the host is this machine.
    init(_ answers: [String], broken: Set<Int> = [], isLocal: Bool = false) async throws {
        let file = "statement ok\nCREATE TABLE t\n\nquery T nosort\nSELECT answer\n----\none\n"
        project = try await Project(files: [
            "tests/a.test": file, "tests/other.test": "statement ok\nSELECT 1\n", ".gitignore": "/built/\n",
            // "odd" is another answer each time.
            "engine.sh": #"""
                n=0
                while read -r -d '}' line; do
                    case $line in *answer*) echo x >> "$HOME/queries"; while [ -e "$HOME/hold-run" ]; do sleep 0.02; done;; esac
                    answer=$(cat built/answer)
                    if [ "$answer" = odd ]; then
                        n=$(cat built/n 2>/dev/null || echo 0)
                        case $line in *answer*) echo $((n + 1)) > built/n;; esac
                        answer=one; [ $((n % 2)) = 1 ] || answer=two
                    fi
                    case $line in *answer*) echo "{\"result\":[[\"$answer\"]]}";; *) echo '{"result":[]}';; esac
                done

                """#,
            "build.sh": """
                n=$(cat number.txt)
                mkdir -p built
                echo "$n $PWD $([ ! -e built/answer ] || echo kept)" >> "$HOME/builds"
                while [ -e "$HOME/hold-$n" ]; do sleep 0.02; done
                [ ! -e broken ] || { echo "error: this one is broken"; exit 1; }
                [ built/answer -nt answer.txt ] || cp answer.txt built/answer

                """,
        ], Self.settings, isLocal: isLocal)
        var script = "git init -q .; git config user.name 'Ann Author'; git config user.email ann@example.org; git config gc.auto 0\n"
        for (place, answer) in answers.enumerated() {
            script += "echo \(place) > number.txt; echo \(answer) > answer.txt; \(broken.contains(place) ? "touch broken" : "rm -f broken")\n"
            script += "git add -A; git commit -q -m 'Change number \(place)'\n"
        }
        _ = try await shell(script)
        commits = try await shell("git rev-list --reverse HEAD").split(separator: "\n").map(String.init)
        try #require(commits.count == answers.count)
    }

    @discardableResult
    func shell(_ script: String) async throws -> String {
        let done = try await RunningProgram.run(["/bin/sh", "-ec", script], environment: project.environment, in: project.source)
        try #require(done.code == 0, "\(done)")
        return done.text
    }

    /// What a bisect must not change: files, index, what git says, and the repository's notes of work trees.
    func fingerprint() async throws -> String {
        try await shell("find . -path ./.git -prune -o -type f -print | sort | xargs sha256sum; find . -path ./.git -prune -o -print | sort | xargs stat -c '%n %Y %a'; sha256sum .git/index .git/HEAD; "
            + "git --no-optional-locks status --porcelain=v2 --branch; git worktree list; git stash list; git for-each-ref")
    }

    /// The numbers of the commits that were built, in order.
    var builds: [Int] {
        ((try? String(contentsOfFile: project.hostHome + "/builds", encoding: .utf8)) ?? "").split(separator: "\n").compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
    }

    /// By workspace: whether something was built there before its first build.
    var firstBuilds: [String: Bool] {
        let lines = ((try? String(contentsOfFile: project.hostHome + "/builds", encoding: .utf8)) ?? "").split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(lines.filter { $0.count > 1 }.map { (String($0[1]), $0.count > 2) }) { first, _ in first }
    }

    func hold(_ numbers: some Sequence<Int>) throws { for number in numbers { try Data().write(to: URL(filePath: "\(project.hostHome)/hold-\(number)")) } }
    func letGo() { for number in commits.indices { unlink("\(project.hostHome)/hold-\(number)") } }

    /// What a bisect has left, here and on the host.
    var leftovers: [String] {
        let names = { (folder: String) in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).map { "\(folder)/\($0)" } }
        return names(project.home + "/.local/share/slt-remote/bisect") + names(project.hostHome).filter { $0.contains(".bisect-") } + project.runs()
    }
}

extension BisectRepository {
    func place(_ commit: String) -> Int { commits.firstIndex(of: commit) ?? -1 }
    func broken(_ commit: String, _ places: Set<Int>) -> Bool { places.contains(place(commit)) }
}
