import Msgpack
import Testing
import TwinClient

@Suite("JSON")
struct DocumentsJSONTests {
    @Test("text is escaped where JSON demands it and nowhere else")
    func escapes() {
        let text = MsgpackValue.string("a/b \"c\" \\ \n\t\u{1} °C ▃")
        #expect(JSONText.text(of: text) == "\"a/b \\\"c\\\" \\\\ \\n\\t\\u0001 °C ▃\"")
    }

    @Test("what JSON cannot say becomes null, text or a whole number")
    func foreignValues() {
        let value = MsgpackValue.map([
            MsgpackValue.Pair(.int(7), .double(.nan)),
            MsgpackValue.Pair(.string("b"), .bin([0, 255])),
            MsgpackValue.Pair(.string("w"), .double(10)),
            MsgpackValue.Pair(.string("u"), .uint(.max)),
        ])
        #expect(
            JSONText.text(of: value) == #"{"7":null,"b":"00ff","w":10,"u":18446744073709551615}"#)
    }

    @Test(
        "what is printed is read again as the same value",
        arguments: [
            #"{"at":"2026-11-22T14:02:36.118Z","metrics":{"cpu":0.42,"n":-3,"e":1e-05}}"#,
            #"[null,true,false,[],{},"",18446744073709551615]"#,
            #""\"\\\n""#,
        ])
    func roundTrip(_ text: String) throws {
        #expect(JSONText.text(of: try JSONReader.value(of: text)) == text)
    }

    @Test("escapes of every form are read")
    func readEscapes() throws {
        let value = try JSONReader.value(of: #" "\u00e9\ud83d\ude00\/\b\f\r" "#)
        #expect(value == .string("é😀/\u{8}\u{C}\r"))
    }

    @Test(
        "a mistake is named with its byte",
        arguments: [
            ("", 0), ("{", 1), (#"{"a" 1}"#, 5), (#"{"a":1,}"#, 7), ("[1 2]", 3), ("01", 0),
            ("1.", 2), ("-", 0), ("nul", 0), (#""a"#, 2), (#""\x""#, 2), (#""\ud800""#, 3),
            ("1 1", 2), ("1e999", 0), ("\"\n\"", 1), (#""\u12g4""#, 3), ("{a:1}", 1),
        ])
    func mistakes(_ text: String, _ offset: Int) {
        #expect {
            try JSONReader.value(of: text)
        } throws: { error in
            (error as? JSONError)?.offset == offset
        }
    }

    @Test("nesting is bounded")
    func nesting() {
        #expect(throws: JSONError.self) {
            try JSONReader.value(of: String(repeating: "[", count: 10_000))
        }
    }
}
