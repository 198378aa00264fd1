import Glibc

/// Paths without links.
public enum RealPath {
    /// The real path of `path`, of which the end need not exist.
    public static func of(_ path: String) -> String {
        var head = path, tail: [Substring] = []
        while true {
            if let real = realpath(head, nil) {
                defer { free(real) }
                let start = String(cString: real)
                return tail.isEmpty ? start : (start == "/" ? "" : start) + "/" + tail.reversed().joined(separator: "/")
            }
            let parts = head.split(separator: "/")
            guard let last = parts.last else { return path }
            if last != "." { tail.append(last) }
            head = "/" + parts.dropLast().joined(separator: "/")
        }
    }
}
