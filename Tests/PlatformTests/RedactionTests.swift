@testable import Platform
import Testing

@Suite struct RedactionTests {
    @Test("a known secret is replaced in each form in which programs repeat it", arguments: [
        ("it is hunter2+/x!", "it is ***"),
        ("hunter2+/x!hunter2+/x!", "***"),
        ("percent: hunter2%2B%2Fx%21.", "percent: ***."),
        ("percent: hunter2%2b%2fx%21.", "percent: ***."),
        ("base64: aHVudGVyMisveCE=", "base64: ***E="),
        ("hex: 68756e746572322b2f7821", "hex: ***"),
        ("nothing", "nothing"),
        ("", ""),
    ])
    func forms(_ text: String, _ expected: String) {
        #expect(Redaction(["hunter2+/x!"]).text(text) == expected)
    }

    @Test("a secret is found in base64 whatever stands before it", arguments: ["", "a", "ab", "user:"])
    func base64(_ before: String) {
        let secret = "correct horse battery"
        let redaction = Redaction([secret])
        let encoded = Self.base64(Array((before + secret + "tail").utf8))
        #expect(redaction.text(encoded).contains(Redaction.mark), "\(encoded)")
        #expect(redaction.text(encoded).utf8.count < encoded.utf8.count / 2 + 8, "\(redaction.text(encoded))")
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = Array(bytes[start..<min(start + 3, bytes.count)])
            let word = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for index in 0...group.count { text.append(alphabet[word >> (18 - 6 * index) & 63]) }
        }
        return text + String(repeating: "=", count: (4 - text.count % 4) % 4)
    }

    @Test("quotes and escapes of JSON, SQL and libpq hide no secret", arguments: [#"{"x":"a\"b'c\\d"}"#, "'a\"b''c\\d'", #"a"b\'c\\d"#])
    func escapes(_ text: String) {
        #expect(!Redaction([#"a"b'c\d"#]).text(text).contains("b"), "\(Redaction([#"a"b'c\d"#]).text(text))")
    }

    @Test("what is too short is not looked for, a secret in several lines is, line by line")
    func lengths() {
        #expect(Redaction(["a", "abc"]).text("a abc") == "a abc")
        #expect(Redaction(["abcd"]).text("abcd abc") == "*** abc")
        let key = "-----BEGIN KEY-----\nMIIBVgIBADANBgkqhkiG9w0B\nAQEFAASCAUAwggE8AgEAAkEA\n-----END KEY-----"
        #expect(Redaction([key]).text("line: AQEFAASCAUAwggE8AgEAAkEA") == "line: ***")
    }

    @Test("of variables each value counts, but for short ones and those that say where a server is")
    func variables() {
        let redaction = Redaction(environment: ["PGPASSWORD": "pw12", "MODE": "verbose", "DEBUG": "yes", "PGHOST": "db.example.org", "DATABASE_URL": "postgres://u:qwe8@h/d"])
        #expect(redaction.text("pw12 verbose yes db.example.org qwe8") == "*** *** yes db.example.org ***")
    }

    @Test("messages lose what has the form of a secret", arguments: [
        ("connect to postgres://me:s3cret@db:5432/x failed", "connect to postgres://me:***@db:5432/x failed"),
        ("password=abc user=me", "password=*** user=me"),
        ("password = 'a b\\'c' user=me", "password = '***' user=me"),
        ("PGPASSWORD=abc psql", "PGPASSWORD=*** psql"),
        (#"{"token": "abc def", "x": 1}"#, #"{"token": "***", "x": 1}"#),
        ("unexpected token: x", "unexpected token: x"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: ***"),
        ("bearer abcdefghijk.", "bearer ***"),
        ("key AKIAIOSFODNN7EXAMPLE is", "key *** is"),
        ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key=***"),
        ("https://h/?user=x&api_key=123&y=2", "https://h/?user=x&api_key=***&y=2"),
        ("passfile=/home/me/.pgpass token_file=/x", "passfile=/home/me/.pgpass token_file=/x"),
        ("http://example.org:80/a@b", "http://example.org:80/a@b"),
        ("a = b: c ://", "a = b: c ://"),
        ("password=", "password="), ("password='", "password='"), ("password", "password"),
    ])
    func shapes(_ text: String, _ expected: String) { #expect(Redaction().message(text) == expected) }

    @Test("command lines lose passwords in each way of giving one", arguments: [
        (["psql", "--password=abc", "x"], ["psql", "--password=***", "x"]),
        (["tool", "--api-key", "abc", "x"], ["tool", "--api-key", "***", "x"]),
        (["mysql", "-psecret", "-h", "db"], ["mysql", "-p***", "-h", "db"]),
        (["mysql -u me -psecret db"], ["mysql -u me -p*** db"]),
        (["sshpass", "-p", "secret", "ssh"], ["sshpass", "-p", "***", "ssh"]),
        (["psql", "-p5432", "-p", "5432"], ["psql", "-p5432", "-p", "5432"]),
        (["sh", "-c", "PGPASSWORD='a b' psql --token \"q w\" x"], ["sh", "-c", "PGPASSWORD='***' psql --token \"***\" x"]),
        (["java", "-password", "abc", "x"], ["java", "-password", "***", "x"]),
        (["run", "{file}", "--password-file=/x"], ["run", "{file}", "--password-file=/x"]),
        ([], []), ([""], [""]), (["--password"], ["--password"]),
    ])
    func words(_ words: [String], _ expected: [String]) { #expect(Redaction().words(words) == expected) }

    @Test("a secret of a shell's line is found without what ends the word there")
    func shells() {
        #expect(Redaction(command: ["env; echo --password=abcd12; true"]).text("--password=abcd12") == "--password=***")
    }

    @Test("what libpq is given is read as libpq reads it", arguments: [
        ("host=db password=abc", "host=db password=***", ["abc"]),
        ("password='a b\\'c' dbname=x", "password='***' dbname=x", ["a b'c", "a b\\'c"]),
        ("password = a\\ b sslpassword=zz99 passfile=/p", "password = *** sslpassword=*** passfile=/p", ["a b", "zz99"]),
        ("postgres://me:p%40ss@h/d", "postgres://me:***@h/d", ["p%40ss", "p@ss"]),
        ("postgresql://h/d?user=me&password=x%20y&sslmode=require", "postgresql://h/d?user=me&password=***&sslmode=require", ["x y"]),
        ("postgres://me:a/b@c@h/d", "postgres://me:***@h/d", ["a/b@c"]),
        ("postgres://h:5432/d", "postgres://h:5432/d", []),
        ("host=db", "host=db", []), ("", "", []), ("password", "password", []), ("password='", "password='", []), ("postgres:/", "postgres:/", []),
    ])
    func connections(_ text: String, _ expected: String, _ secrets: [String]) {
        #expect(Redaction().connection(text) == expected)
        for secret in secrets { #expect(ConnectionText(text).secrets.contains(secret), "\(ConnectionText(text).secrets)") }
        #expect(ConnectionText(text).hasSecrets == !secrets.isEmpty)
    }

    @Test("a secret is found in a stream wherever it is cut, and all else comes through", arguments: 1...12)
    func streams(_ size: Int) {
        let text = Array("one hunter2 two hunterhunter2 hunt hunter2hunter2 end hunte".utf8)
        var stream = RedactedStream(Redaction(["hunter2"])), out: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: size) { out += stream.add(Array(text[start..<min(start + size, text.count)])) }
        out += stream.finish()
        let passed = String(decoding: out, as: UTF8.self)
        #expect(!passed.contains("hunter2"))
        #expect(passed.replacing("***", with: "") == "one  two hunter hunt  end hunte", "\(passed)")
    }

    @Test("a stream that is one long secret is not held back for ever")
    func endless() {
        var stream = RedactedStream(Redaction(["aaaaaaaa"])), out = 0
        for _ in 0..<1000 { out += stream.add(Array(repeating: 0x61, count: 100)).count }
        #expect(out > 0)
        #expect(stream.finish().count < 1000)
    }
}
