import AgentProtocol
import Platform

/// What the host's shell is asked before there is an agent. Only a POSIX shell is needed.
struct Bootstrap {
    let worker: WorkerBinary
    /// The host's state folder, absolute or from `~/`.
    let state: String

    /// Printed, with the host's machine and C library, when the agent is not there yet.
    static let missing = "slt-agent-missing"

    /// Printed, with the reason, when others could change the agent.
    static let untrusted = "slt-state-untrusted"

    private var folder: String { ShellText.path("\(state)/agents/\(worker.digest)") }

    /// Becomes the agent, or says what the host is.
    var start: String {
        ShellText.script([
            StateCheck.function(digest: worker.digest),
            "w=$PWD; d=",
            // The real path, which nobody can turn elsewhere after the check.
            "if cd -P \(ShellText.path(state)) 2>/dev/null; then d=$PWD; cd \"$w\" 2>/dev/null; t=$(check \"$d\")",
            "a=$d/agents/\(worker.digest)/slt-worker",
            "case $t in shared) \(StateCheck.compare(digest: worker.digest)) ;; ?*) echo \"\(Self.untrusted) $t\"; exit 1 ;; esac",
            "if [ -n \"$a\" ] && [ -x \"$a\" ]; then exec \"$a\" agent --state \(ShellText.path(state)) --build \(worker.digest); fi; fi",
            "p=proc; [ -e /proc/self/exe ] || p=no-proc",
            "echo \"\(Self.missing) $(uname -s) $(uname -m) $p $(\(Self.libc))\"",
        ])
    }

    /// `glibc 2.36`, what another C library says of itself, or `unknown`.
    private static let libc = "getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 | grep -i libc | head -n 1 | grep . || echo unknown"

    /// Becomes a connection of the agent that waits for `token`, which is hexadecimal.
    func join(token: String) -> String {
        ShellText.script(["exec \(folder)/slt-worker agent --state \(ShellText.path(state)) --build \(worker.digest) --join \(ShellText.quote(token))"])
    }

    /// Takes the program from standard input, checks it by having it print its own digest, and puts it in its place.
    /// Two clients may do so at once.
    var install: String {
        ShellText.script([
            "umask 077",
            StateCheck.function(digest: worker.digest),
            "d=\(folder)",
            "t=\"$d/.upload.$$\"",
            "mkdir -p \"$d\" || exit 70",
            "w=$(cd -P \"$d/../..\" && check \"$PWD\")",
            "case $w in shared|\"\") ;; *) echo \"$w\" >&2; exit 76 ;; esac",
            // PIPE: a connection that is lost half-way takes with it whoever would read what the shell says of half a program.
            "trap 'rm -f \"$t\"' EXIT HUP INT TERM PIPE",
            "cat > \"$t\" || exit 71",
            "chmod 700 \"$t\" || exit 72",
            "got=$(\"$t\" digest) || exit 73",
            "if [ \"$got\" != \(worker.digest) ]; then echo \"digest $got\" >&2; exit 74; fi",
            "mv -f \"$t\" \"$d/slt-worker\" || exit 75",
        ])
    }

    /// What the host said of itself, in what ``start`` printed; `nil` if that is something else.
    static func facts(in printed: UntrustedText) -> HostFacts? {
        let text = printed.block(limit: Self.longest)
        // What a start-up file printed before it need not have ended its line.
        guard let start = text.ranges(of: missing).last?.lowerBound else { return nil }
        let words = text[start...].prefix { $0 != "\n" }.split(separator: " ")
        guard words.count >= 5 else { return nil }
        return HostFacts(system: String(words[1]), machine: String(words[2]), hasProc: words[3] == "proc", libc: words.dropFirst(4).joined(separator: " "))
    }

    /// Far more than ``start`` prints.
    private static let longest = 64 << 10

    /// Why the host's state folder must not be used, in one line; `nil` if something else was printed.
    static func distrust(in printed: UntrustedText) -> String? {
        let text = printed.block(limit: Self.longest)
        guard let start = text.ranges(of: untrusted).last?.upperBound else { return nil }
        let reason = text[start...].prefix { $0 != "\n" }.drop { $0 == " " }
        return reason.isEmpty ? nil : SafeText.line(String(reason), limit: 500)
    }

    /// - Throws: ``RemoteError`` of code `unsuitableHost` that names both sides.
    func check(_ facts: HostFacts, host: String) throws(RemoteError) {
        guard facts.system == "Linux", facts.machine == worker.machine else {
            throw RemoteError(.unsuitableHost, "cannot run the worker on \(host): the host is \(facts.system) \(facts.machine), the worker is built for Linux \(worker.machine); "
                + "build slt-worker for the host and name it as 'worker' of the host")
        }
        guard facts.hasProc else {
            throw RemoteError(.unsuitableHost, "cannot run the worker on \(host): /proc is not mounted there; mount it: mount -t proc proc /proc")
        }
        guard let needed = worker.libc, facts.libc != "unknown" else { return }
        let found = LibcVersion(text: facts.libc)
        if let found, found >= needed { return }
        let why = "cannot run this engine on \(host): the worker that loads libraries needs \(needed) or newer, the host has "
            + (found.map { "\($0)" } ?? SafeText.line(facts.libc, limit: 100))
        throw RemoteError(.unsuitableHost, "\(why); build slt-worker-dynamic on a system as old as the host and name it as 'worker' of the host, "
            + "or use an engine that needs no library of the host")
    }

    /// Words for the exit codes of ``install``.
    func reason(_ code: Int32) -> String {
        switch code {
        case 70: "the folder for it cannot be made"
        case 71: "it could not be written whole"
        case 72, 75: "it cannot be put in its place"
        case 73: "the host cannot start it" + (worker.libc.map { ", which needs \($0) or newer there" } ?? "")
        case 74: "it arrived damaged"
        case 76: "others could change what lies there"
        default: "the shell ended with \(code)"
        }
    }
}
