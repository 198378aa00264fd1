public import Wire

/// A remote command: its standard input and output as a stream of bytes, its standard error, its end.
///
/// Closed with ``close()`` or with its last reference. The remote process then sees its pipes close.
public final class SSHChannel: ByteStream {
    private let session: SSHSession
    private let id: Int
    /// What the process writes to standard error, as it comes. Chunks that nobody takes are dropped after 256.
    public let stderr: AsyncStream<[UInt8]>

    init(session: SSHSession, id: Int, stderr: AsyncStream<[UInt8]>) {
        self.session = session
        self.id = id
        self.stderr = stderr
    }

    deinit { session.abandon(id) }

    /// 1 to `limit` bytes of what the process wrote to standard output, none after its end.
    /// - Throws: ``SSHError``, `CancellationError`.
    public func read(upTo limit: Int) async throws -> [UInt8] { try await session.read(id, upTo: limit) }

    /// Returns when all is handed on to the connection.
    /// - Throws: ``SSHError`` of code `remoteEnded` when the process has ended.
    public func write(_ bytes: [UInt8]) async throws { try await session.write(id, [bytes]) }

    /// Writes the pieces one after another, as if they were one.
    /// - Throws: ``SSHError`` of code `remoteEnded` when the process has ended.
    public func write(_ pieces: [[UInt8]]) async throws { try await session.write(id, pieces) }

    /// Ends the standard input of the process, after all that was written.
    /// - Throws: ``SSHError``, `CancellationError`.
    public func finishWriting() async throws { try await session.finishWriting(id) }

    /// Ends all calls that wait; the process sees its pipes close.
    public func close() async { await session.release(id) }

    /// Waits for the process to end. Its output has to be read meanwhile, or it may never end.
    ///
    /// A host that ends a channel without saying how is reported as `.exited(0)`, since libssh2 does not tell.
    /// - Throws: ``SSHError``, `CancellationError`.
    public func exitStatus() async throws -> SSHExit { try await session.exitStatus(id) }

    /// The last 64 KiB of standard error so far.
    public var stderrTail: [UInt8] {
        get async { await session.errorTail(id) }
    }
}
