import CPlatform
import Glibc

/// Reading and writing descriptors to the end. Errors are left in `errno`, so that each caller words its own.
package enum DescriptorIO {
    /// Reads what there is, once.
    /// - Returns: the number of bytes; 0 at the end, -1 with `errno` set.
    package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        retryingInterrupts { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// Reads what there is, once.
    /// - Returns: up to `limit` bytes, none at the end; `nil` with `errno` set.
    package static func read(_ descriptor: Int32, limit: Int) -> [UInt8]? {
        var isFailed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(1, limit)) { buffer, count in
            let got = read(descriptor, into: UnsafeMutableRawBufferPointer(buffer))
            isFailed = got < 0
            count = max(0, got)
        }
        return isFailed ? nil : bytes
    }

    /// Closes what is locked with flock(2), and lets go of the lock first: a program that is just being started has a copy of the
    /// descriptor, which would hold it for longer.
    package static func closeUnlocking(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether something can be read, the end included.
    /// - Parameter milliseconds: for how long that is waited for, unless a signal comes.
    package static func isReadable(_ descriptor: Int32, within milliseconds: Int32 = 0) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, milliseconds) > 0
    }

    /// Reads until the buffer is full or the file ends.
    /// - Parameter offset: where in the file; `nil` goes on from where the descriptor stands.
    /// - Returns: the number of bytes; -1 with `errno` set.
    package static func readFully(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int? = nil) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let got = if let offset {
                retryingInterrupts { pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done)) }
            } else {
                read(descriptor, into: rest)
            }
            if got < 0 { return -1 }
            if got == 0 { break }
            done += got
        }
        return done
    }

    /// Reads to the end.
    /// - Parameter limit: the most bytes that are kept; what comes after them is read and thrown away.
    /// - Returns: `nil` with `errno` set.
    package static func readAll(_ descriptor: Int32, limit: Int = .max) -> [UInt8]? {
        var all: [UInt8] = []
        while true {
            guard let some = read(descriptor, limit: 64 << 10) else { return nil }
            if some.isEmpty { return all }
            if all.count < limit { all += some.prefix(limit - all.count) }
        }
    }

    /// Writes all of `bytes`.
    /// - Parameter offset: where in the file; `nil` goes on from where the descriptor stands.
    /// - Returns: whether all were written; else `errno` says why.
    package static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int? = nil) -> Bool {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let wrote = if let offset {
                retryingInterrupts { pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done)) }
            } else {
                retryingInterrupts { Glibc.write(descriptor, rest.baseAddress, rest.count) }
            }
            if wrote == 0 { errno = EIO }
            if wrote <= 0 { return false }
            done += wrote
        }
        return true
    }

    /// Writes all of `bytes`.
    package static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], at offset: Int? = nil) -> Bool {
        bytes.withUnsafeBytes { writeAll(descriptor, $0, at: offset) }
    }

    /// A pipe whose ends no other child inherits.
    /// - Returns: `nil` with `errno` set.
    package static func pipe() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        return cplatform_pipe(&ends) == 0 ? (ends[0], ends[1]) : nil
    }
}
