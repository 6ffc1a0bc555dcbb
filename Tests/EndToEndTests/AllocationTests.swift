import Foundation
import Testing

extension EndToEnd {
    @Suite("what a packed report takes")
    struct AllocationTests {
        @Test(
            "a packed report asks the heap for nothing of its own",
            .enabled(if: isOptimised, "only optimised code is free of them"))
        func allocations() async throws {
            let folder = try ScratchFolder()
            let tool = try await Tool.run(
                "twin-bench",
                [
                    "allocations", "--twins", "2000", "--json", "--state-dir",
                    folder.file("state"),
                ], in: folder)
            try #require(tool.status == 0, "\(tool.text)")
            let line = try JSONDecoder().decode(Line.self, from: Data(tool.text.utf8))
            let count = try #require(line.figures["allocationsPerReport"])
            #expect(count <= Self.allocationsMax)
        }

        private struct Line: Decodable {
            var figures: [String: Double]
        }

        private static let allocationsMax = 0.0

        #if DEBUG
            private static let isOptimised = false
        #else
            private static let isOptimised = true
        #endif
    }
}
