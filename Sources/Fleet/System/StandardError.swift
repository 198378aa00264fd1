import Glibc
import Platform

/// Writes a line to stderr.
func print(error: String) {
    _ = DescriptorIO.writeAll(STDERR_FILENO, Array((error + "\n").utf8))
}
