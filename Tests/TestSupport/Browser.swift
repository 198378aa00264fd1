import FoundationEssentials
import Glibc

/// Chromium without a window, driven over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/): JSON messages, each ended by
/// NUL, over descriptors 3 and 4, as `--remote-debugging-pipe` reads and writes them. It is ended with the last reference to it.
public final class Browser {
    private let pid: pid_t
    private let toBrowser: Int32
    private let fromBrowser: Int32
    private let folder: TemporaryFolder
    private var session: String?
    private var buffer: [UInt8] = []
    private var number = 0

    /// Errors and warnings of the console, and exceptions that nothing caught.
    public private(set) var complaints: [String] = []
    /// Addresses that pages asked for, the pages' own included.
    public private(set) var requests: [String] = []
    private var isLoaded = false

    /// The path of Chromium, if it is installed.
    public static let program: String? = ["chromium", "chromium-browser", "google-chrome"].map { "/usr/bin/" + $0 }.first { access($0, X_OK) == 0 }

    /// Whether tests that need it begin: in CI also where it is missing, so that they fail there.
    public static let isExpected = program != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    public static let missing = "there is no Chromium; install it: apt-get install chromium"

    public init() async throws {
        guard let program = Self.program else { throw BrowserFailure(Self.missing) }
        folder = try TemporaryFolder()
        let (commands, answers) = (try Self.pipe(), try Self.pipe())
        toBrowser = commands.write
        fromBrowser = answers.read
        // As root, and in most containers, there is no sandbox to be had; what is opened is a page that the test has made.
        let options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
                       "--remote-debugging-pipe", "--user-data-dir=\(folder.file("profile"))", "--window-size=1280,900", "about:blank"]
        defer { [commands.read, answers.write].forEach { close($0) } }
        pid = try PrivateSSHServerProcess.spawn([program] + options, environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"],
                                                further: [commands.read, answers.write], output: folder.file("output"), ownSession: true)
        _ = fcntl(fromBrowser, F_SETFL, O_NONBLOCK)
        let page = try await call("Target.getTargets")["targetInfos"].list.first { $0["type"].text == "page" }
        guard let target = page?["targetId"], target != .null else { throw BrowserFailure("Chromium has no page") }
        session = try await call("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"].text
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] { try await call(domain + ".enable") }
    }

    deinit {
        close(toBrowser)
        close(fromBrowser)
        // Its session has nothing but its own processes.
        kill(-pid, SIGKILL)
        kill(pid, SIGKILL)
        PrivateSSHServerProcess.wait(for: pid)
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw POSIXFailure(call: "pipe", errno: errno) }
        // Above the numbers that the browser gets them as.
        let high = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 20) }
        ends.forEach { close($0) }
        return (high[0], high[1])
    }

    // MARK: the protocol

    /// Calls a method and waits for its result.
    /// - Throws: what the browser answers instead of one, or when it does not answer.
    @discardableResult
    public func call(_ method: String, _ parameters: DevToolsValue = [:], within deadline: Duration = .patience) async throws -> DevToolsValue {
        number += 1
        let own = Double(number)
        var message: [String: DevToolsValue] = ["id": .number(own), "method": .text(method), "params": parameters]
        if let session { message["sessionId"] = .text(session) }
        try send(Array(try JSONEncoder().encode(DevToolsValue.object(message))) + [0])
        let end = ContinuousClock.now + deadline
        while true {
            guard let answer = try await next(until: end) else { throw BrowserFailure("Chromium did not answer \(method); it said: \(said)") }
            guard answer["id"].number == own else { continue }
            if answer["error"] != .null { throw BrowserFailure("\(method): \(answer["error"]["message"].text ?? "")") }
            return answer["result"]
        }
    }

    private var said: String { String(((try? String(contentsOfFile: folder.file("output"), encoding: .utf8)) ?? "").suffix(2000)) }

    private func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.write(toBrowser, $0.baseAddress, $0.count) }
            guard sent > 0 else { throw BrowserFailure("Chromium has gone; it said: \(said)") }
            rest = rest.dropFirst(sent)
        }
    }

    /// The next message; events are noted on the way.
    private func next(until end: ContinuousClock.Instant) async throws -> DevToolsValue? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let zero = buffer.firstIndex(of: 0) {
                let message = try JSONDecoder().decode(DevToolsValue.self, from: Data(buffer[..<zero]))
                buffer.removeSubrange(...zero)
                note(message)
                return message
            }
            let got = Glibc.read(fromBrowser, &bytes, bytes.count)
            if got > 0 { buffer += bytes[..<got] } else if got == 0 { throw BrowserFailure("Chromium has ended; it said: \(said)") } else {
                guard ContinuousClock.now < end else { return nil }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    private func note(_ message: DevToolsValue) {
        let event = message["params"]
        switch message["method"].text {
        case "Page.loadEventFired": isLoaded = true
        case "Runtime.exceptionThrown": complaints.append("exception: \(event["exceptionDetails"]["exception"]["description"].text ?? event["exceptionDetails"]["text"].text ?? "?")")
        case "Runtime.consoleAPICalled": complaints.append("console: \(event["type"].text ?? "") \(event["args"].list.map { $0["value"].text ?? "?" }.joined(separator: " "))")
        case "Log.entryAdded": complaints.append("log: \(event["entry"]["text"].text ?? "?")")
        case "Network.requestWillBeSent": requests.append(event["request"]["url"].text ?? "?")
        default: break
        }
    }

    // MARK: pages

    /// Opens a file and waits until it is loaded.
    /// - Parameter fragment: what follows the address, with its `#`.
    public func open(_ path: String, fragment: String = "", within deadline: Duration = .patience) async throws {
        isLoaded = false
        // Another fragment alone loads nothing.
        try await call("Page.navigate", ["url": "about:blank"])
        try await loaded(deadline)
        isLoaded = false
        try await call("Page.navigate", ["url": .text("file://\(path)\(fragment)")])
        try await loaded(deadline)
    }

    private func loaded(_ deadline: Duration) async throws {
        let end = ContinuousClock.now + deadline
        while !isLoaded {
            guard try await next(until: end) != nil else { throw BrowserFailure("the page was not loaded") }
        }
    }

    /// The value of an expression of JavaScript in the page.
    @discardableResult
    public func evaluate(_ expression: String) async throws -> DevToolsValue {
        let answer = try await call("Runtime.evaluate", ["expression": .text(expression), "returnByValue": true, "awaitPromise": true])
        if answer["exceptionDetails"] != .null { throw BrowserFailure("\(expression): \(answer["exceptionDetails"]["exception"]["description"].text ?? "")") }
        return answer["result"]["value"]
    }

    /// Makes the page believe what its user prefers.
    public func prefer(dark: Bool, media: String = "screen") async throws {
        try await call("Emulation.setEmulatedMedia", ["media": .text(media), "features": [["name": "prefers-color-scheme", "value": dark ? "dark" : "light"],
                                                                                         ["name": "prefers-reduced-motion", "value": "reduce"]]])
    }

    /// The size of the window, in CSS pixels.
    public func resize(width: Int, height: Int) async throws {
        try await call("Emulation.setDeviceMetricsOverride", ["width": .number(Double(width)), "height": .number(Double(height)), "deviceScaleFactor": 1, "mobile": .bool(width < 600)])
    }

    /// Presses and lets go a key: a character, or a name such as `Escape`.
    public func press(_ key: String) async throws {
        let named: [String: (code: Int, text: String)] = ["Escape": (27, ""), "Enter": (13, "\r"), "ArrowDown": (40, ""), "ArrowUp": (38, ""), "Tab": (9, ""), "/": (191, "/")]
        let known = named[key] ?? (Int(key.uppercased().unicodeScalars.first?.value ?? 0), key)
        let code = key == "/" ? "Slash" : key.utf8.count == 1 ? "Key\(key.uppercased())" : key
        var event: [String: DevToolsValue] = ["type": known.text.isEmpty ? "rawKeyDown" : "keyDown", "key": .text(key), "code": .text(code), "windowsVirtualKeyCode": .number(Double(known.code))]
        if !known.text.isEmpty { event["text"] = .text(known.text) }
        try await call("Input.dispatchKeyEvent", .object(event))
        event["type"] = "keyUp"
        event["text"] = nil
        try await call("Input.dispatchKeyEvent", .object(event))
    }

    /// Presses the keys of a text, one after another.
    public func type(_ text: String) async throws {
        for character in text { try await press(String(character)) }
    }
}

public struct BrowserFailure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
