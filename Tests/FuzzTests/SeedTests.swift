import Foundation
import FuzzTargets
import Testing
import TwinWire

/// The seeds of the corpus. `TWIN_WRITE_SEEDS=1` writes them, for the fuzzer to begin with.
struct SeedTests {
    @Test("every seed keeps its promises, and is in the corpus", arguments: FuzzTarget.allCases)
    func seeds(_ target: FuzzTarget) throws {
        let isWriting = ProcessInfo.processInfo.environment["TWIN_WRITE_SEEDS"] == "1"
        let seeds = try Seeds.all(of: target)
        #expect(!seeds.isEmpty)
        let kept = Dictionary(
            uniqueKeysWithValues: try Corpus.inputs(of: target).map { ($0.name, $0.bytes) })
        for (name, bytes) in seeds {
            do {
                try target.check(bytes)
            } catch {
                Issue.record("\(target.rawValue)/\(name): \(error)")
            }
            if isWriting {
                try Corpus.write(bytes, named: name, of: target)
            } else {
                #expect(kept[name] == bytes, "\(name): TWIN_WRITE_SEEDS=1 writes it")
            }
        }
    }

    @Test("every message whose payload somebody reads is fuzzed")
    func complete() {
        // The others are questions without a field.
        #expect(Set(MessageType.allCases).subtracting(MessageCheck.types) == [])
    }
}
