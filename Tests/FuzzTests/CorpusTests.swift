import FuzzTargets
import Testing

/// The inputs that the fuzzer found worth keeping, as plain tests in every run.
struct CorpusTests {
    @Test(
        "every kept input comes to an error or to a value that keeps its promises",
        arguments: FuzzTarget.allCases)
    func kept(_ target: FuzzTarget) throws {
        let inputs = try Corpus.inputs(of: target)
        #expect(!inputs.isEmpty, "\(target.rawValue) has no corpus")
        for input in inputs {
            do {
                try target.check(input.bytes)
            } catch {
                Issue.record("\(target.rawValue)/\(input.name): \(error)")
            }
        }
    }

    @Test("every prefix of a kept input does too", arguments: FuzzTarget.allCases)
    func prefixes(_ target: FuzzTarget) throws {
        for input in try Corpus.inputs(of: target).prefix(Self.prefixedMax) {
            let step = max(1, input.bytes.count / Self.prefixesMax)
            for count in stride(from: 0, to: input.bytes.count, by: step) {
                do {
                    try target.check(Array(input.bytes.prefix(count)))
                } catch {
                    Issue.record("\(count) bytes of \(target.rawValue)/\(input.name): \(error)")
                }
            }
        }
    }

    private static let prefixedMax = 40
    private static let prefixesMax = 50

    @Test("the corpus stays small: some hundred files, half a megabyte")
    func size() throws {
        let inputs = try FuzzTarget.allCases.flatMap { try Corpus.inputs(of: $0) }
        #expect(inputs.count <= 800)
        #expect(inputs.reduce(0) { $0 + $1.bytes.count } <= 500_000)
    }
}
