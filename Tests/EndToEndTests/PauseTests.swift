import Testing

extension EndToEnd {
    @Suite("pauses and outages")
    struct PauseTests {
        private static var pause: Duration { EndToEnd.isLong ? .seconds(180) : .seconds(8) }
        private static var outage: Duration { EndToEnd.isLong ? .seconds(600) : .seconds(15) }
        /// One of each kind, unless there is time for all.
        private static let paused =
            EndToEnd.isLong ? Member.founders : [.broker, .serverA, .rackA, .dcA]

        @Test("a process that stands still for seconds blames nobody and goes on")
        func stopped() async throws {
            let trial = try await Trial("pause")
            for member in Self.paused {
                try trial.cluster.freeze(member)
                // The pause itself is what is tested.
                try await Task.sleep(for: Self.pause)
                try trial.cluster.thaw(member)
                try await trial.cluster.untilServing()
            }
            try await trial.verify()
        }

        @Test("a broker that is gone for a while blames nobody, and who died meanwhile is found")
        func brokerGone() async throws {
            let trial = try await Trial("outage")
            try await trial.cluster.kill(.broker)
            // The outage itself is what is tested.
            try await Task.sleep(for: Self.outage)
            for member in Member.instances {
                #expect(try trial.cluster.process(member).isRunning, "\(member) outlives a broker")
            }
            try trial.cluster.start(.broker)
            try await trial.cluster.untilServing()
            try await trial.verify()
        }
    }
}
