import Glibc
import Synchronization

/// A byte stream over file descriptors: an agent's standard input and output, the pipes of a child, a socket.
///
/// Each direction has a thread of its own, so that waiting takes none of the threads that tasks run on. The
/// descriptors are set non-blocking and closed by ``close()`` or with the last reference.
public final class DescriptorStream: ByteStream {
    private let reader: DescriptorThread
    private let writer: DescriptorThread

    /// - Parameters:
    ///   - reading: read from; owned by the stream from now on.
    ///   - writing: written to; may be the same descriptor, as for a socket.
    public init(reading: CInt, writing: CInt) {
        Self.widen(reading)
        if writing != reading { Self.widen(writing) }
        reader = DescriptorThread(descriptor: reading)
        writer = DescriptorThread(descriptor: reading == writing ? dup(writing) : writing)
    }

    deinit {
        reader.stop()
        writer.stop()
    }

    /// The size that pipe(7) lets anybody ask for; less means more changes between the two sides.
    private static let pipeSize: CInt = 1 << 20

    /// Nothing happens to what is not a pipe, or where the user has too many of them.
    private static func widen(_ descriptor: CInt) {
        // F_SETPIPE_SZ of fcntl(2), which Glibc's module leaves out.
        _ = fcntl(descriptor, 1031, pipeSize)
    }

    public func read(upTo limit: Int) async throws -> [UInt8] {
        try await reader.perform { descriptor, _ in
            var failure: CInt = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                let got = Glibc.read(descriptor, buffer.baseAddress, limit)
                count = max(0, got)
                if got < 0 { failure = errno }
            }
            return failure == 0 ? .done(bytes) : .failed(failure)
        } events: { CShort(POLLIN) }
    }

    /// The thread fills the array by itself: what a task would have to ask for again comes in pieces of 32 KiB from sshd.
    public func read(_ count: Int, after head: ArraySlice<UInt8>) async throws -> [UInt8] {
        try await reader.perform { descriptor, isReady in
            var failure: CInt = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                UnsafeMutableRawBufferPointer(buffer).copyBytes(from: head)
                filled = head.count
                while filled < count {
                    let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
                    if got == 0 { return }
                    if got > 0 {
                        filled += got
                    } else if !DescriptorThread.isTransient(errno) {
                        return failure = errno
                    } else if !isReady() {
                        return failure = EAGAIN
                    }
                }
            }
            return failure == 0 ? .done(bytes) : .failed(failure)
        } events: { CShort(POLLIN) }
    }

    public func write(_ bytes: [UInt8]) async throws {
        let position = Mutex(0)
        _ = try await writer.perform { descriptor, _ in
            let start = position.withLock(\.self)
            guard start < bytes.count else { return .done([]) }
            let put = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), bytes.count - start) }
            if put < 0 { return .failed(errno) }
            position.withLock { $0 = start + put }
            return start + put == bytes.count ? .done([]) : .failed(EAGAIN)
        } events: { CShort(POLLOUT) }
    }

    public func finishWriting() async throws {
        _ = try await writer.perform { descriptor, _ in
            shutdown(descriptor, CInt(SHUT_WR))
            return .done([])
        } events: { CShort(POLLOUT) }
        writer.stop()
    }

    public func close() async {
        reader.stop()
        writer.stop()
    }
}
