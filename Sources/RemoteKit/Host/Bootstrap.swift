/// What the host's shell is asked before there is an agent. Only a POSIX shell is needed.
struct Bootstrap {
    let worker: WorkerBinary
    /// The host's state folder, absolute or from `~/`.
    let state: String

    /// Printed, with the host's machine and C library, when the agent is not there yet.
    static let missing = "slt-agent-missing"

    private var folder: String { ShellText.path("\(state)/agents/\(worker.digest)") }

    /// Becomes the agent, or says what the host is.
    var start: String {
        ShellText.script([
            "a=\(folder)/slt-worker",
            "if [ -x \"$a\" ]; then exec \"$a\" agent --state \(ShellText.path(state)) --build \(worker.digest); fi",
            "echo \"\(Self.missing) $(uname -s) $(uname -m) $(getconf GNU_LIBC_VERSION 2>/dev/null || echo unknown)\"",
        ])
    }

    /// Becomes a connection of the agent that waits for `token`, which is hexadecimal.
    func join(token: String) -> String {
        ShellText.script(["exec \(folder)/slt-worker agent --state \(ShellText.path(state)) --build \(worker.digest) --join \(ShellText.quote(token))"])
    }

    /// Takes the program from standard input, checks it by having it print its own digest, and puts it in its place.
    /// Two clients may do so at once.
    var install: String {
        ShellText.script([
            "umask 077",
            "d=\(folder)",
            "t=\"$d/.upload.$$\"",
            "mkdir -p \"$d\" || exit 70",
            // PIPE: a connection that is lost half-way takes with it whoever would read what the shell says of half a program.
            "trap 'rm -f \"$t\"' EXIT HUP INT TERM PIPE",
            "cat > \"$t\" || exit 71",
            "chmod 700 \"$t\" || exit 72",
            "got=$(\"$t\" digest) || exit 73",
            "if [ \"$got\" != \(worker.digest) ]; then echo \"digest $got\" >&2; exit 74; fi",
            "mv -f \"$t\" \"$d/slt-worker\" || exit 75",
        ])
    }

    /// What the host said of itself, somewhere in an error that quotes the output of ``start``; `nil` if that is something else.
    static func facts(in text: String) -> HostFacts? {
        // What a start-up file printed before it need not have ended its line.
        guard let start = text.ranges(of: missing).last?.lowerBound else { return nil }
        let words = text[start...].prefix { $0 != "\n" }.split(separator: " ")
        guard words.count >= 4 else { return nil }
        return HostFacts(system: String(words[1]), machine: String(words[2]), libc: words.dropFirst(3).joined(separator: " "))
    }

    /// - Throws: ``RemoteError`` of code `unsuitableHost` that names both sides.
    func check(_ facts: HostFacts, host: String) throws(RemoteError) {
        guard facts.system == "Linux", facts.machine == worker.machine else {
            throw RemoteError(.unsuitableHost, "cannot run the worker on \(host): the host is \(facts.system) \(facts.machine), the worker is built for Linux \(worker.machine); "
                + "build slt-worker for the host and name it as 'worker' of the host")
        }
        guard let libc = LibcVersion(text: facts.libc) else {
            if facts.libc == "unknown" { return }
            throw RemoteError(.unsuitableHost, "cannot run the worker on \(host): the host's C library is \(facts.libc), the worker needs \(worker.libc)")
        }
        guard libc >= worker.libc else {
            throw RemoteError(.unsuitableHost, "cannot run the worker on \(host): the host has \(libc), the worker needs \(worker.libc) or newer; "
                + "build slt-worker on a system as old as the host and name it as 'worker' of the host")
        }
    }

    /// Words for the exit codes of ``install``.
    static func reason(_ code: Int32) -> String {
        switch code {
        case 70: "the folder for it cannot be made"
        case 71: "it could not be written whole"
        case 72, 75: "it cannot be put in its place"
        case 73: "the host cannot start it"
        case 74: "it arrived damaged"
        default: "the shell ended with \(code)"
        }
    }
}

/// The host, as its shell describes it.
struct HostFacts: Equatable {
    var system: String
    var machine: String
    var libc: String
}
