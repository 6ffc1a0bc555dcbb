import Testing
import TwinClient

extension EndToEnd {
    @Suite("twinctl commission --file")
    struct CommissionFileTests {
        private static let racks = 125
        private static let serversPerRack = 40
        /// Debug builds on a busy machine; in release it is a fraction of this.
        private static let quickSeconds = 60.0

        private static func lines(feed: String) -> String {
            (1...racks).flatMap { rack in
                (1...serversPerRack).map { server in
                    "f-r\(rack)-s\(server),f-r\(rack),f,feed=\(feed)"
                }
            }.joined(separator: "\n")
        }

        @Test("5,000 lines are quick, change nothing the second time, and are compared dry")
        func fiveThousand() async throws {
            let cluster = try await Cluster.serving()
            let file = try cluster.folder.write(Self.lines(feed: "A"), to: "fleet.csv")

            let dry = try await cluster.twinctl("commission", "--file", file, "--dry-run")
            #expect(dry.status == 0)
            #expect(dry.text.contains("5000 new, 0 moved, 0 relabelled, 0 unchanged"))
            #expect(try cluster.client.servers().isEmpty, "a dry run does nothing")

            let began = ClientTime.monotonicMilliseconds
            let first = try await cluster.twinctl("commission", "--file", file)
            #expect(first.status == 0, "\(first.text)")
            #expect(first.text.contains("5000 commissioned or changed, 0 already so"))
            let seconds = Double(ClientTime.monotonicMilliseconds - began) / 1000
            #expect(seconds < Self.quickSeconds)
            #expect(try cluster.client.servers().count == 5_000)

            let second = try await cluster.twinctl("commission", "--file", file)
            #expect(second.status == 0)
            #expect(second.text.contains("0 commissioned or changed, 5000 already so"))

            let moved =
                Self.lines(feed: "A")
                .replacing("f-r1-s1,f-r1,f", with: "f-r1-s1,f-r2,f")
                .replacing("f-r1-s2,f-r1,f,feed=A", with: "f-r1-s2,f-r1,f,feed=B")
                .replacing("f-r1-s3,", with: "f-r1-s41,")
            let other = try cluster.folder.write(moved, to: "other.csv")
            let difference = try await cluster.twinctl(
                "commission", "--file", other, "--dry-run", "--prune")
            #expect(difference.status == 0)
            #expect(difference.text.contains("~ f-r1-s1  f/f-r1 → f/f-r2"))
            #expect(difference.text.contains("~ f-r1-s2  feed=A → B"))
            #expect(difference.text.contains("+ f-r1-s41  f/f-r1"))
            #expect(difference.text.contains("- f-r1-s3  f/f-r1"))
            #expect(difference.text.contains("1 new, 1 moved, 1 relabelled, 4997 unchanged"))
        }
    }
}
