import Glibc

extension Path {
    /// The path without links and dots, as far as it is there.
    var canonical: Path {
        if let real = withCString({ realpath($0, nil) }) {
            defer { free(real) }
            return Path(Array(UnsafeBufferPointer(start: real, count: strlen(real))).map { UInt8(bitPattern: $0) })
        }
        guard bytes.count > 1, !name.isEmpty || parent.bytes.count < bytes.count, !parent.bytes.isEmpty else { return self }
        return name.isEmpty || name.elementsEqual([UInt8(ascii: ".")]) ? parent.canonical : parent.canonical / Array(name)
    }
}
