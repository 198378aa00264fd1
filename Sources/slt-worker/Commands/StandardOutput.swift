import Glibc

/// Writes all of `text` to a standard stream, unbuffered; a reader that has gone ends the program quietly by SIGPIPE.
func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count {
            let wrote = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if wrote < 0 && errno == EINTR { continue }
            if wrote <= 0 { return }
            done += wrote
        }
    }
}
