import Glibc
import Platform

/// Writes all of `text` to a standard stream, unbuffered. What a terminal would act on is made visible, whatever file it came
/// from; our own colours stay where they are wanted. A reader that has gone ends the program quietly by SIGPIPE; any other error
/// on standard output ends it with 3.
func write(_ text: String, to descriptor: Int32, colours: Bool = false) {
    var text = SafeText.block(text, colours: colours)
    let isWritten = text.withUTF8 { DescriptorIO.writeAll(descriptor, UnsafeRawBufferPointer($0)) }
    guard !isWritten, descriptor == 1 else { return }
    write("slt-worker: cannot write to standard output: \(ErrorText.of()); what was to be printed is lost\n", to: 2)
    _exit(3)
}
