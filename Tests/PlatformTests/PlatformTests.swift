import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

struct ChildProcessTests {
    private func output(_ child: ChildProcess, _ pipe: (reading: Int32, writing: Int32)) throws -> (text: String, end: ProcessTermination?) {
        let pid = try child.start()
        close(pipe.writing)
        defer { close(pipe.reading) }
        let bytes = try #require(DescriptorIO.readAll(pipe.reading))
        return (String(decoding: bytes, as: UTF8.self), ProcessTermination.wait(for: pid))
    }

    @Test("a child gets its words, folder, variables and descriptors as given, and says how it ended")
    func starts() throws {
        let pipe = try #require(DescriptorIO.pipe())
        let child = ChildProcess(["/bin/sh", "-c", "pwd; echo \"$NAME\"; cat; exit 3", "a b"],
                                 environment: ChildProcess.environment(changing: [("NAME", Array("x y\n".utf8))]), directory: Array("/usr".utf8),
                                 descriptors: [(0, .null), (1, .descriptor(pipe.writing))])
        let (text, end) = try output(child, pipe)
        #expect(text == "/usr\nx y\n\n")
        #expect(end == .exited(3))
    }

    @Test("descriptors that have each other's numbers change places")
    func crossed() throws {
        let pipe = try #require(DescriptorIO.pipe())
        let (first, second) = (pipe.writing, pipe.writing + 40)
        let null = dup2(open("/dev/null", O_RDWR | O_CLOEXEC), second)
        defer { close(null) }
        let child = ChildProcess(["/bin/sh", "-c", "echo to null > /proc/self/fd/\(first); echo to pipe > /proc/self/fd/\(second)"],
                                 descriptors: [(first, .descriptor(second)), (second, .descriptor(first))])
        #expect(try output(child, pipe).text == "to pipe\n")
    }

    @Test("a group of its own can be ended with its children; a program that is not there is an error with the system's words")
    func groups() throws {
        let pid = try ChildProcess(["/bin/sh", "-c", "sleep 60 & wait"], descriptors: [(0, .null), (1, .null), (2, .null)]).start()
        #expect(getpgid(pid) == pid)
        kill(-pid, SIGKILL)
        #expect(ProcessTermination.wait(for: pid) == .signaled(SIGKILL))
        let failure = #expect(throws: ChildProcess.Failure.self) { try ChildProcess(["/nowhere/program"], descriptors: []).start() }
        #expect(failure?.text == "No such file or directory")
        let session = try ChildProcess(["/bin/sh", "-c", "exec sleep 60"], group: .newSession, descriptors: [(0, .null)]).start()
        #expect(getsid(session) == session)
        kill(session, SIGTERM)
        #expect(ProcessTermination.wait(for: session) == .signaled(SIGTERM))
    }

    @Test("variables that are left out or replaced are in the environment once or not at all")
    func environment() {
        let variables = ChildProcess.environment(changing: [("PATH", Array("/none".utf8))]) { $0 == "HOME" }.map { String(decoding: $0, as: UTF8.self) }
        #expect(variables.filter { $0.hasPrefix("PATH=") } == ["PATH=/none"])
        #expect(!variables.contains { $0.hasPrefix("HOME=") })
    }
}

struct SystemThreadTests {
    @Test("a thread runs its work, and can be waited for")
    func joins() throws {
        let pipe = try #require(DescriptorIO.pipe())
        defer { close(pipe.reading) }
        let thread = try SystemThread.joinable(stack: 128 << 10) {
            _ = DescriptorIO.writeAll(pipe.writing, [42])
            close(pipe.writing)
        }
        thread.join()
        #expect(DescriptorIO.readAll(pipe.reading) == [42])
        #expect(!thread.isCurrent)
    }

    @Test("a task gets what a thread returns or throws")
    func results() async throws {
        struct Problem: Error {}
        #expect(try await SystemThread.run { 42 } == 42)
        await #expect(throws: Problem.self) { try await SystemThread.run { throw Problem() } }
    }
}

struct AsyncSignalTests {
    private final class Count: Sendable { let value = Mutex(0) }
    private final class Box: Sendable { let numbers = Mutex<[Int]>([]) }

    @Test("a change between looking and waiting is not missed")
    func notMissed() async {
        let signal = AsyncSignal()
        let seen = signal.count
        signal.notify()
        await signal.wait(after: seen)
        #expect(signal.count == seen + 1)
    }

    @Test("all that wait go on at a change, and a cancelled one without")
    func wakes() async throws {
        let signal = AsyncSignal()
        let woken = Count()
        let tasks = (0..<8).map { _ in
            Task {
                await signal.wait(after: 0)
                woken.value.withLock { $0 += 1 }
            }
        }
        tasks[0].cancel()
        await tasks[0].value
        #expect(woken.value.withLock { $0 } == 1)
        signal.notify()
        for task in tasks { await task.value }
        #expect(woken.value.withLock { $0 } == 8)
    }

    @Test("a thousand hand-overs between two tasks lose none")
    func handsOver() async {
        let signal = AsyncSignal(), box = Box()
        async let sum = {
            var sum = 0, taken = 0
            while taken < 1000 {
                let seen = signal.count
                let some = box.numbers.withLock { numbers in
                    defer { numbers = [] }
                    return numbers
                }
                if some.isEmpty { await signal.wait(after: seen) }
                taken += some.count
                sum += some.reduce(0, +)
            }
            return sum
        }()
        for number in 1...1000 {
            box.numbers.withLock { $0.append(number) }
            signal.notify()
            if number % 7 == 0 { await Task.yield() }
        }
        #expect(await sum == 500_500)
    }
}

struct SmallThingsTests {
    @Test("hexadecimal digits of bytes and words", arguments: [([] as [UInt8], ""), ([0, 1, 0xAB, 0xFF], "0001abff")])
    func hex(bytes: [UInt8], text: String) {
        #expect(Hex.encode(bytes) == text)
    }

    @Test("a word has all its digits")
    func hexWord() {
        #expect(Hex.encode(UInt32(0xBEEF)) == "0000beef")
        #expect(Hex.encode(UInt64.max) == "ffffffffffffffff")
    }

    @Test("words of a shell come back from a shell as they were", arguments: [
        "", "plain", "a b", "it's", "~", "~root", "$HOME", "`id`", "a\nb", "-n", "ä", "a=b", "{a,b}", "*", "\\", "!x", "#", "a;b", "\u{1B}[2J",
    ])
    func shell(word: String) throws {
        let pipe = try #require(DescriptorIO.pipe())
        #expect(ShellWord.words(of: "printf \(ShellWord.quoted(word)) x") == ["printf", word, "x"])
        let pid = try ChildProcess(["/bin/sh", "-c", "printf %s \(ShellWord.quoted(word))"], descriptors: [(0, .null), (1, .descriptor(pipe.writing))]).start()
        close(pipe.writing)
        defer { close(pipe.reading) }
        #expect(DescriptorIO.readAll(pipe.reading) == Array(word.utf8))
        #expect(ProcessTermination.wait(for: pid) == .exited(0))
    }

    @Test("words that need no quotes get none", arguments: ["a", "tests/a.test", "user@host:22", "1,2", "+x", "50%"])
    func plain(word: String) {
        #expect(ShellWord.quoted(word) == word)
    }

    @Test("integers are written and read in little-endian order at any offset")
    func littleEndian() {
        var bytes: [UInt8] = [7]
        bytes.append(littleEndian: UInt32(0x01020304))
        bytes.append(littleEndian: UInt64.max - 1)
        #expect(bytes[..<5] == [7, 4, 3, 2, 1])
        #expect(bytes.littleEndian(at: 1, as: UInt32.self) == 0x01020304)
        #expect(bytes.littleEndian(at: 5, as: UInt64.self) == UInt64.max - 1)
    }

    @Test("stars and question marks", arguments: [
        ("", "", true), ("*", "", true), ("?", "", false), ("a*b", "ab", true), ("a*b", "axxb", true), ("a*b", "axxc", false), ("*a*a*", "xxaxx", false),
        ("*a*a*", "xaxax", true), ("a?c", "abc", true), ("a?c", "ac", false), ("**", "abc", true), ("*.example.org", "h.example.org", true), ("a", "ab", false),
    ])
    func wildcard(pattern: String, text: String, fits: Bool) {
        #expect(Wildcard.matches(pattern: Array(pattern.utf8), Array(text.utf8)) == fits)
    }

    @Test("many stars against a long text end soon")
    func manyStars() {
        let pattern = Array(String(repeating: "*a", count: 100).utf8) + [UInt8(ascii: "b")]
        #expect(!Wildcard.matches(pattern: pattern, [UInt8](repeating: UInt8(ascii: "a"), count: 10_000)))
    }

    @Test("what is written is read in one piece, also at an offset; a closed descriptor is an error")
    func files() throws {
        let folder = try TemporaryFolder()
        let file = open(folder.file("a"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        #expect(DescriptorIO.writeAll(file, Array("hello world".utf8)))
        #expect(DescriptorIO.writeAll(file, Array("W".utf8), at: 6))
        var buffer = [UInt8](repeating: 0, count: 32)
        #expect(buffer.withUnsafeMutableBytes { DescriptorIO.readFully(file, into: $0, at: 0) } == 11)
        #expect(String(decoding: buffer[..<11], as: UTF8.self) == "hello World")
        #expect(!DescriptorIO.writeAll(-1, [1]))
        #expect(DescriptorIO.readAll(-1) == nil)
    }

    @Test("a duration in nanoseconds: none of a negative one, and an end to one that does not fit", arguments: [
        (.milliseconds(1), 1_000_000), (.seconds(-1), 0), (.seconds(Int64.max), .max), (.zero, 0),
    ] as [(Duration, UInt64)])
    func nanoseconds(_ duration: Duration, _ count: UInt64) { #expect(duration.inNanoseconds == count) }

    @Test("an event is there from when it was told until it was taken note of")
    func event() throws {
        let event = try #require(EventDescriptor())
        func isReadable() -> Bool {
            var waiting = pollfd(fd: event.number, events: Int16(POLLIN), revents: 0)
            return poll(&waiting, 1, 0) == 1
        }
        #expect(!isReadable())
        event.notify()
        event.notify()
        #expect(isReadable())
        #expect(isReadable())
        event.drain()
        #expect(!isReadable())
        event.drain()
        event.notify()
        #expect(isReadable())
    }

    @Test("an end after so many seconds, and one that is too far to be told")
    func clock() {
        let now = Clock.monotonic
        #expect(Clock.after(.seconds(2)) >= now + 2_000_000_000)
        #expect(Clock.after(.seconds(Int64.max)) == .max)
        #expect(Clock.after(.seconds(-5)) <= Clock.monotonic)
        #expect(Clock.seconds(since: .max) == 0)
    }

    @Test("signals and errors have names; unknown ones their numbers")
    func names() {
        #expect(SignalName.of(SIGKILL) == "SIGKILL")
        #expect(SignalName.of(63) == "signal 63")
        #expect(ErrorText.of(ENOENT) == "No such file or directory")
    }

    @Test("durations and sizes are written as they are read", arguments: [(5400.0, "1h30m"), (0, "0s"), (0.5, "0.5s"), (86_461, "24h1m1s")])
    func quantities(seconds: Double, text: String) {
        #expect(Quantity.written(seconds: seconds) == text)
        #expect(Quantity.seconds(text) == seconds)
        #expect(Quantity.bytes(Quantity.written(bytes: Int(seconds * 1024))) == Int(seconds * 1024))
    }
}
