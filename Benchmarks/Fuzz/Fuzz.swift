// The target of `make fuzz`, compiled with the sources of SQLLogicTest into one program under libFuzzer and the address
// sanitizer. Its first byte chooses what is fuzzed.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 0, let start else { return 0 }
    let script = Script(UnsafeBufferPointer(start: start + 1, count: count - 1))
    switch start[0] % 5 {
    case 0:
        var parser = SQLiteParser(script)
        var record = SQLiteRecord()
        var line = 0
        while parser.next(&record) {
            precondition(record.line >= line && record.sql.bytes.end <= script.count && record.expected.bytes.end <= script.count)
            line = record.line
        }
    case 1: _ = try? RSParser.parse(script)
    case 2: _ = try? DuckParser.parse(script)
    case 3:
        let once = ScriptFormatter.normalised(script, .sqlite)
        precondition(ScriptFormatter.normalised(Script(once), .sqlite) == once)
    default:
        var stream = JSONStream()
        stream.add(Array(script.buffer(ByteRange(0, script.count))))
        while stream.next() != nil {}
    }
    return 0
}
