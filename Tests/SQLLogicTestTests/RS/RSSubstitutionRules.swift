import Glibc
import SQLLogicTest
import Testing

@Suite("sqllogictest-rs: substitution") struct RSSubstitutionRules {
    private func shown(_ text: String, before: String = "") throws -> String {
        let verdict = try rs("control substitution on\n\n\(before)query T\nSELECT '\(text)'\n----\n\u{1}\n")
        let failure = verdict.failures.first
        return failure?.actual.isEmpty == false ? failure?.actual ?? "" : failure?.message ?? ""
    }

    @Test("substitution on: SQL goes through $NAME, ${NAME} and ${NAME:default}, recursively", arguments: [
        ("a$x", "a1"), ("${x}b", "1b"), ("${none_such:d}", "d"), ("${none_such:${x}-${none_such:q}}", "1-q"), ("${x:d}", "1"),
    ])
    func names(text: String, result: String) throws {
        #expect(try shown(text, before: "let x\nSELECT 1\n\n") == result)
    }

    @Test("\\$ and \\\\ are escapes, and so are braces and colons")
    func escapes() throws {
        #expect(try shown("\\$x \\\\ \\{\\}\\:") == "$x \\ {}:")
        #expect(try rsMessage("control substitution on\n\nstatement ok\nSELECT 1 \\\n").hasPrefix("cannot replace variables: invalid escape \"\\\";"))
    }

    @Test("an unknown name is the error No such variable", arguments: ["$no_such_variable", "${no_such_variable}"])
    func unknown(text: String) throws {
        #expect(try shown(text) == "cannot replace variables: No such variable: $no_such_variable")
    }

    @Test("broken references are errors", arguments: ["$", "${", "${x", "${x:", "${x:{}", "\\q", "${}", "$1"])
    func broken(text: String) throws {
        #expect(try shown(text, before: "let x\nSELECT 1\n\n").hasPrefix("cannot replace variables: "))
    }

    @Test("variables are let-bound before those of the environment")
    func environment() throws {
        setenv("SLT_RULE_VARIABLE", "outer", 1)
        #expect(try shown("$SLT_RULE_VARIABLE") == "outer")
        #expect(try shown("$SLT_RULE_VARIABLE", before: "let SLT_RULE_VARIABLE\nSELECT 'inner'\n\n") == "inner")
    }

    @Test("$__TEST_DIR__ is a lazy temporary folder, removed at the end; $__NOW__ is in ns; $__DATABASE__ is the database")
    func own() throws {
        let folder = try shown("$__TEST_DIR__")
        #expect(folder.hasPrefix("/"))
        #expect(access(folder, F_OK) != 0)
        #expect(Int(try shown("$__NOW__")) ?? 0 > 1_700_000_000_000_000_000)
        #expect(try shown("$__DATABASE__").isEmpty == false)
        let script = "control substitution on\n\nsystem ok\ntouch $__TEST_DIR__/a\n\nsystem ok\nls $__TEST_DIR__\n----\na\n"
        #expect(try rs(script).failures.map(\.message) == [])
    }

    @Test("system: plain replacement of $__TEST_DIR__, $__NOW__, $__DATABASE__ and let variables only")
    func commands() throws {
        let text = "control substitution on\n\nlet x\nSELECT 7\n\nsystem ok\ny=3; echo $x $y \\$ ${y}\n----\n7 3 $ 3\n"
        #expect(try rs(text).failures.map(\.actual) == [])
        #expect(try rs("control substitution on\n\nsystem ok\n[[ '$__DATABASE__' == /slt* && '$__NOW__' == 1* && -d $__TEST_DIR__ ]]\n").failures.map(\.message) == [])
    }

    @Test("substitution is off until it is turned on, and can be turned off")
    func off() throws {
        #expect(try rs("query T\nSELECT '$x'\n----\n$x\n").passed)
        #expect(try rs("control substitution on\n\ncontrol substitution off\n\nquery T\nSELECT '$x'\n----\n$x\n").passed)
    }
}
