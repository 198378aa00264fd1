import Glibc
import SSH
import TestSupport

extension PrivateSSHServer {
    /// The server as a target, with nothing of the user's own configuration.
    func target(keys: [KeyType] = [.ed25519]) -> SSHTarget {
        var target = SSHTarget(alias: alias, host: address, port: port, user: user)
        target.identityFiles = keys.map { identityFile($0) }
        target.userKnownHostsFiles = [knownHostsFile]
        target.connectTimeout = .seconds(120)
        return target
    }

    func connect(_ change: (inout SSHTarget) -> Void = { _ in }) async throws -> SSHSession {
        var target = target()
        change(&target)
        return try await SSHSession.connect(to: target)
    }
}

extension SSHChannel {
    /// Everything up to the end.
    func readAll() async throws -> [UInt8] {
        var all: [UInt8] = []
        while case let chunk = try await read(upTo: 1 << 20), !chunk.isEmpty { all += chunk }
        return all
    }

    func readText() async throws -> String { String(decoding: try await readAll(), as: UTF8.self) }
}

extension SSHSession {
    /// What a command prints, and how it ends.
    func output(_ command: String) async throws -> (text: String, exit: SSHExit) {
        let channel = try await exec(command)
        try await channel.finishWriting()
        let text = try await channel.readText()
        let exit = try await channel.exitStatus()
        await channel.close()
        return (text, exit)
    }
}

/// The code of the error that `body` throws, or `nil`.
func code(_ body: () async throws -> Void) async -> SSHError.Code? {
    await failure(body)?.code
}

/// The module's error that `body` throws, or `nil`.
func failure(_ body: () async throws -> Void) async -> SSHError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SSHError
    }
}

/// Bytes that do not repeat soon, and the same for the same seed.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).withMemoryRebound(to: UInt64.self) { words in
            for index in 0 ..< words.count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                words[index] = state
            }
        }
        for index in count & ~7 ..< count { buffer[index] = 7 }
        initialized = count
    }
}

/// Whether `bytes` is `part` again and again.
func isRepetition(_ bytes: [UInt8], of part: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { all in
        part.withUnsafeBytes { one in
            guard let start = all.baseAddress, let model = one.baseAddress, all.count % one.count == 0 else { return false }
            return stride(from: 0, to: all.count, by: one.count).allSatisfy { memcmp(start + $0, model, one.count) == 0 }
        }
    }
}
