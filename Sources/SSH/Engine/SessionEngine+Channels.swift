import CLibSSH2

/// What a turn does with each channel.
extension SessionEngine {
    /// Moves one channel as far as it goes.
    /// - Returns: whether anything moved.
    func pump(_ channel: ChannelState) throws(SSHError) -> Bool {
        switch channel.stage {
        case .opening: return try pumpOpening(channel)
        case .requesting: return try pumpRequest(channel)
        case .running:
            var progress = try pumpErrors(channel)
            progress = try pumpInput(channel) || progress
            progress = try pumpOutput(channel) || progress
            try pumpEnd(channel)
            return progress
        case .releasing:
            guard let pointer = channel.pointer else {
                channel.stage = .released
                return true
            }
            guard libssh2_channel_free(pointer) != LIBSSH2_ERROR_EAGAIN else { return false }
            channel.pointer = nil
            channel.stage = .released
            channel.writes = []
            if channel.isAbandoned { channels[channel.id] = nil }
            return true
        case .released: return false
        }
    }

    /// libssh2 opens one channel at a time; the lowest id goes first.
    private func pumpOpening(_ channel: ChannelState) throws(SSHError) -> Bool {
        guard !isListening, !channels.values.contains(where: { $0.stage == .opening && $0.id < channel.id }) else { return false }
        guard let pointer = open() else {
            let code = libssh2_session_last_errno(session)
            if code == LIBSSH2_ERROR_EAGAIN { return false }
            guard code == LIBSSH2_ERROR_CHANNEL_FAILURE else { throw broken(code) }
            refuse(channel, "cannot open another channel to \(target): the host refuses it",
                   "close a channel first, or raise MaxSessions in the host's sshd_config")
            return true
        }
        channel.pointer = pointer
        channel.stage = channel.failure == nil ? .requesting : .releasing
        return true
    }

    private func pumpRequest(_ channel: ChannelState) throws(SSHError) -> Bool {
        guard let pointer = channel.pointer else { return false }
        if !hasTimedRequest {
            // While logging in, a host may look up the user and load its modules before each answer. All that it had to say of itself came
            // before it opened the channel, so that what comes now is the answer.
            hasTimedRequest = true
            buffers.timeAnswers(true)
        }
        let code = channel.command.withUnsafeBytes { bytes in
            libssh2_channel_process_startup(pointer, "exec", 4, bytes.bindMemory(to: CChar.self).baseAddress, UInt32(bytes.count))
        }
        if code == LIBSSH2_ERROR_EAGAIN { return false }
        buffers.timeAnswers(false)
        if code < 0, code != LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, code != LIBSSH2_ERROR_CHANNEL_FAILURE { throw broken(code) }
        guard code == 0 else {
            refuse(channel, "cannot run a command on \(target): the host refuses it", "check the host's ForceCommand and login shell")
            return true
        }
        channel.stage = channel.failure == nil ? .running : .releasing
        channel.opener?.continuation.resume()
        channel.opener = nil
        return true
    }

    private func refuse(_ channel: ChannelState, _ message: String, _ remedy: String) {
        channel.fail(SSHError(.channelRefused, message, remedy: remedy, isRetryable: true))
        channel.stage = .releasing
        channels[channel.id] = channel.pointer == nil ? nil : channel
    }

    private func pumpErrors(_ channel: ChannelState) throws(SSHError) -> Bool {
        var progress = false
        while let bytes = try read(channel, stream: 1) {
            progress = true
            channel.errorTail.append(bytes)
            channel.errorStream.yield(Array(bytes))
        }
        return progress
    }

    private func pumpInput(_ channel: ChannelState) throws(SSHError) -> Bool {
        var progress = false
        while channel.input.count < Self.inputLimit, let bytes = try read(channel, stream: 0) {
            progress = true
            channel.hasSpoken = true
            channel.input.append(bytes)
        }
        channel.deliver()
        return progress
    }

    /// - Returns: what was there, valid until the next call.
    private func read(_ channel: ChannelState, stream: Int32) throws(SSHError) -> UnsafeBufferPointer<UInt8>? {
        guard let pointer = channel.pointer, let base = scratch.baseAddress else { return nil }
        let count = base.withMemoryRebound(to: CChar.self, capacity: scratch.count) { text in
            libssh2_channel_read_ex(pointer, stream, text, scratch.count)
        }
        if count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) { throw broken(Int32(truncatingIfNeeded: count)) }
        return count > 0 ? UnsafeBufferPointer(start: base, count: count) : nil
    }

    private func pumpOutput(_ channel: ChannelState) throws(SSHError) -> Bool {
        guard let pointer = channel.pointer, !channel.remoteClosed else { return false }
        var progress = false
        while !channel.writes.isEmpty, buffers.pendingOutput < SocketBuffers.highWater || channel.isWriteInFlight {
            let write = channel.writes[0]
            guard write.continuation != nil || channel.isWriteInFlight else {
                channel.writes.removeFirst()
                continue
            }
            let count = write.pieces[write.piece].withUnsafeBytes { bytes in
                libssh2_channel_write_ex(pointer, 0, bytes.bindMemory(to: CChar.self).baseAddress.map { $0 + write.offset },
                                         bytes.count - write.offset)
            }
            if count == Int(LIBSSH2_ERROR_EAGAIN) || count == 0 {
                // With an open window, libssh2 has built the packet's head and must get the same bytes again.
                channel.isWriteInFlight = count != 0 && libssh2_channel_window_write_ex(pointer, nil) > 0
                break
            }
            channel.isWriteInFlight = false
            if count < 0 { throw broken(Int32(truncatingIfNeeded: count)) }
            progress = true
            channel.taken += count
            if channel.writes[0].advance(count) { channel.writes.removeFirst().continuation?.resume() }
        }
        if channel.wantsEnd, !channel.endSent, channel.writes.isEmpty { try sendEnd(channel, pointer) }
        return progress
    }

    private func sendEnd(_ channel: ChannelState, _ pointer: OpaquePointer) throws(SSHError) {
        let code = libssh2_channel_send_eof(pointer)
        if code == LIBSSH2_ERROR_EAGAIN { return }
        if code < 0 { throw broken(code) }
        channel.endSent = true
        channel.enders.forEach { $0.continuation.resume() }
        channel.enders = []
    }

    /// Notices the end of the remote process and of what it wrote.
    private func pumpEnd(_ channel: ChannelState) throws(SSHError) {
        guard let pointer = channel.pointer else { return }
        if !channel.inputEnded, libssh2_channel_eof(pointer) == 1 {
            channel.inputEnded = true
            channel.deliver()
        }
        if !channel.remoteClosed, channel.inputEnded, libssh2_channel_wait_closed(pointer) == 0 { channel.remoteClosed = true }
        guard channel.remoteClosed else { return }
        if channel.exit == nil { channel.exit = exit(pointer) }
        if let exit = channel.exit {
            channel.exitWaiters.forEach { $0.continuation.resume(returning: exit) }
            channel.exitWaiters = []
        }
        if channel.endSent || channel.wantsEnd, channel.writes.isEmpty {
            channel.enders.forEach { $0.continuation.resume() }
            channel.enders = []
        }
        channel.isWriteInFlight = false
        channel.failWrites(remoteEnded)
        guard channel.inputEnded else { return }
        channel.errorStream.finish()
        channel.stage = .releasing
    }

    var remoteEnded: SSHError {
        SSHError(.remoteEnded, "cannot write to the command on \(target): it has ended")
    }

    /// libssh2 1.10 reports status 0 for a death by signal.
    private func exit(_ pointer: OpaquePointer) -> SSHExit {
        var name: UnsafeMutablePointer<CChar>?
        libssh2_channel_get_exit_signal(pointer, &name, nil, nil, nil, nil, nil)
        guard let name else { return .exited(libssh2_channel_get_exit_status(pointer)) }
        defer { libssh2_free(session, name) }
        return .signaled(String(cString: name))
    }
}
