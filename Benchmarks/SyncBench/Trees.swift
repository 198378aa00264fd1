import Glibc
import TestSupport

/// The sources of the cases, made in a folder on tmpfs.
struct Trees {
    let folder: TemporaryFolder

    /// Headers and interfaces of this system and its toolchain.
    func headers() throws -> String {
        let path = folder.file("headers")
        try Shell.run("mkdir '\(path)' && cp -a /usr/include '\(path)/system'")
        let toolchain = "$(dirname $(dirname $(readlink -f $(command -v swift))))"
        try Shell.run("cd \(toolchain) && find . -type f \\( -name '*.h' -o -name '*.modulemap' -o -name '*.swiftinterface' -o -name '*.py' \\) -print0 "
            + "| tar --null -T - -cf - | { mkdir '\(path)/toolchain' && tar -C '\(path)/toolchain' -xf -; }")
        try Shell.run("n=$(find '\(path)' -type f | wc -l); echo \"headers: $n files\"; [ $n -ge 8000 ]")
        return path
    }

    /// 622 files of SQL text, 500 MB together.
    func texts(files: Int = 622, bytes: Int = 804_000) throws -> String {
        var state: UInt64 = 42
        func random(_ below: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % below
        }
        let path = folder.file("texts")
        try Shell.run("mkdir '\(path)'")
        for number in 0..<files {
            var text = ""
            text.reserveCapacity(bytes + 200)
            while text.utf8.count < bytes {
                let columns = (0..<3).map { _ in "col\(random(6)) \(["<", ">", "=", "BETWEEN \(random(999)) AND"][Int(random(4))]) \(random(100_000)).\(random(99))" }
                text += "query III rowsort label-\(random(100_000))\nSELECT pk, col\(random(6)), - col\(random(6)) FROM tab\(random(5)) "
                    + "WHERE \(columns.joined(separator: " OR "))\n----\n9 values hashing to \(String(random(1 << 31), radix: 16))\(String(random(1 << 31), radix: 16))\n\n"
            }
            try folder.write(text, to: "texts/directory-\(number % 20)/slt_good_\(number).test")
        }
        return path
    }

    /// One file of 1 GiB that does not compress.
    func large() throws -> String {
        let path = folder.file("large")
        try Shell.run("mkdir '\(path)' && head -c 1073741824 /dev/urandom > '\(path)/blob'")
        return path
    }

    /// The same with 100 bytes put in front and 1 MB overwritten in the middle.
    func changed(_ large: String) throws -> String {
        let path = folder.file("changed")
        try Shell.run("mkdir '\(path)' && cd '\(path)' && { head -c 100 /dev/urandom; cat '\(large)/blob'; } > blob "
            + "&& dd if=/dev/urandom of=blob bs=1M seek=500 count=1 conv=notrunc status=none && touch -d '+1 hour' blob")
        return path
    }

    /// A thousand folders of a thousand files each, small enough for the memory of a small machine.
    func million() throws -> String {
        let path = folder.file("million")
        for number in 0..<1000 {
            let inner = path + "/d\(number / 100)/e\(number % 100)"
            if number % 100 == 0 { try Shell.run("mkdir -p '\(path)/d\(number / 100)'") }
            guard mkdir(inner, 0o755) == 0 else { throw POSIXFailure(call: "mkdir \(inner)", errno: errno) }
            for file in 0..<1000 {
                let descriptor = open(inner + "/file-\(file).txt", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
                guard descriptor >= 0 else { throw POSIXFailure(call: "open in \(inner)", errno: errno) }
                close(descriptor)
            }
        }
        return path
    }
}
