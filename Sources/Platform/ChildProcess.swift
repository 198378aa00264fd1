import CPlatform
package import Glibc

/// A program to start with posix_spawn(3): signals at their defaults, nothing inherited but what is listed.
///
/// For what swift-subprocess cannot do: a child that outlives a task, a descriptor of any number, a process that is started
/// from a thread. Everything else uses that library.
package struct ChildProcess: Sendable {
    /// The process group that it belongs to.
    package enum Group: Sendable {
        /// This process's.
        case own
        /// One that it leads, so that it can be ended with its children and the terminal's signals do not reach it.
        case new
        /// A session that it leads.
        case newSession
    }

    /// Where a descriptor of the new process comes from.
    package enum Source: Sendable {
        /// A descriptor of this process.
        case descriptor(Int32)
        /// `/dev/null`, for reading and writing.
        case null
    }

    /// Program first; one without a slash is looked up in PATH.
    package var arguments: [[UInt8]]
    /// `NAME=value`.
    package var environment: [[UInt8]]
    package var group: Group
    /// `nil` is this process's.
    package var directory: [UInt8]?
    /// The descriptors of the new process by their numbers; all others are closed if they are close-on-exec, as ours are.
    package var descriptors: [(to: Int32, from: Source)]

    package init(_ arguments: [[UInt8]], environment: [[UInt8]] = ChildProcess.environment(), group: Group = .new,
                 directory: [UInt8]? = nil, descriptors: [(to: Int32, from: Source)]) {
        self.arguments = arguments
        self.environment = environment
        self.group = group
        self.directory = directory
        self.descriptors = descriptors
    }

    package init(_ arguments: [String], environment: [[UInt8]] = ChildProcess.environment(), group: Group = .new,
                 directory: [UInt8]? = nil, descriptors: [(to: Int32, from: Source)]) {
        self.init(arguments.map { Array($0.utf8) }, environment: environment, group: group, directory: directory, descriptors: descriptors)
    }

    /// It could not be started.
    package struct Failure: Error, Sendable {
        /// As in `errno`.
        package let number: Int32
        package var text: String { ErrorText.of(number) }
    }

    /// - Returns: the pid of a child that ``ProcessTermination`` must reap.
    package func start() throws(Failure) -> pid_t {
        guard !arguments.isEmpty else { throw Failure(number: EINVAL) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Out of the way first, above all targets: a source may have the number of another one's target.
        let free = (descriptors.map(\.to).max() ?? 2) + 1
        var moved: [Int32] = []
        defer { for descriptor in moved { close(descriptor) } }
        for (target, source) in descriptors {
            switch source {
            case .null: posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            case .descriptor(let number):
                let copy = fcntl(number, F_DUPFD_CLOEXEC, free)
                if copy < 0 { throw Failure(number: errno) }
                moved.append(copy)
                posix_spawn_file_actions_adddup2(&actions, copy, target)
            }
        }
        if let directory { _ = withCStrings([directory]) { cplatform_spawn_in_folder(&actions, $0[0]) } }
        configure(&attributes)
        return try spawn(&actions, &attributes)
    }

    private func spawn(_ actions: inout posix_spawn_file_actions_t, _ attributes: inout posix_spawnattr_t) throws(Failure) -> pid_t {
        var pid: pid_t = 0
        var result: Int32 = 0
        // A program just written may be held open for writing by a child of another thread that is about to execute.
        for _ in 0..<50 {
            result = withCStrings(arguments) { argv in
                withCStrings(environment) { envp in
                    argv[0].map { posix_spawnp(&pid, $0, &actions, &attributes, argv, envp) } ?? EINVAL
                }
            }
            if result != ETXTBSY { break }
            Clock.pauseThread(0.01)
        }
        guard result == 0 else { throw Failure(number: result) }
        return pid
    }

    private func configure(_ attributes: inout posix_spawnattr_t) {
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        switch group {
        case .own: break
        case .new:
            posix_spawnattr_setpgroup(&attributes, 0)
            flags |= POSIX_SPAWN_SETPGROUP
        case .newSession:
            flags |= cplatform_spawn_new_session()
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private func withCStrings<Result>(_ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
        let texts = strings.map { bytes in
            let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count + 1)
            for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[bytes.count] = 0
            return copy
        }
        defer { for text in texts { text.deallocate() } }
        let pointers = texts.map(\.baseAddress) + [nil]
        return pointers.withUnsafeBufferPointer { buffer in
            // The list is never empty: it ends with nil.
            body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }

    /// This process's environment as bytes, less what `isLeftOut` says, with `changes` on top.
    package static func environment(changing changes: [(name: String, value: [UInt8])] = [],
                                    leavingOut isLeftOut: (String) -> Bool = { _ in false }) -> [[UInt8]] {
        let replaced = Set(changes.map { $0.name })
        var result: [[UInt8]] = []
        var next = environ
        while let entry = next.pointee {
            let bytes = Array(UnsafeBufferPointer(start: entry, count: strlen(entry))).map { UInt8(bitPattern: $0) }
            let name = String(decoding: bytes.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            if !replaced.contains(name), !isLeftOut(name) { result.append(bytes) }
            next += 1
        }
        return result + changes.map { Array($0.name.utf8) + [UInt8(ascii: "=")] + $0.value }
    }
}
