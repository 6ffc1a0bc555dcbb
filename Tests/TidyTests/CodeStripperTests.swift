import Testing

struct CodeStripperTests {
    @Test(
        "comments and the insides of string literals are no code",
        arguments: [
            ("let a = 1 // Date", "let a = 1 "), ("a /* b */ c", "a  c"), ("/// Task", ""),
            ("let b = \"x // y \\\" Date\" + c", "let b = \" + c"),
        ])
    func strips(line: String, code: String) {
        var stripper = CodeStripper()
        #expect(stripper.code(of: line) == code)
    }

    @Test("a literal of several lines is left out to its end")
    func longLiteral() {
        var stripper = CodeStripper()
        let lines = ["let a = \"\"\"", "Date", "\"\"\" + b"]
        #expect(lines.map { stripper.code(of: $0) } == ["let a = ", "", " + b"])
    }
}
