import Testing

/// The rules of style that are worth a machine's time.
struct StyleTests {
    private static let fileLinesMax = 450
    private static let columnsMax = 100

    /// Put together here, so that this file does not find itself.
    private static let markers: Set<String> = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    /// Escapes from the type system and from the error path.
    private static let escapes = ["try" + "!", "try" + "?", "as" + "!", "fatal" + "Error("]
    private static let mayEndTheProcess = "Sources/TwinCore/Invariant.swift"

    @Test("no file is longer than 450 lines: look for the missing type")
    func fileLength() {
        let long = Repository.current.files.filter { $0.lines.count > Self.fileLinesMax }
        #expect(long.map(\.path) == [])
    }

    @Test("no line is longer than 100 columns")
    func lineLength() {
        let long = Repository.current.files.flatMap { file in
            file.places(in: file.lines) {
                $0.utf8.count > Self.columnsMax && $0.count > Self.columnsMax
            }
        }
        #expect(long == [])
    }

    @Test("nothing is marked as left for later")
    func markers() {
        let marked = Repository.current.files.flatMap { file in
            file.places(in: file.lines) { !Self.markers.isDisjoint(with: Words.of($0)) }
        }
        #expect(marked == [])
    }

    @Test("no error is dropped or forced away, and nothing but an invariant ends the process")
    func escapes() {
        let found = Repository.current.files
            .filter { $0.language == .swift && $0.path != Self.mayEndTheProcess }
            .flatMap { file in
                file.places(in: file.code) { line in
                    Self.escapes.contains { Words.begin($0, in: line) }
                }
            }
        #expect(found == [])
    }
}
