import Testing
import TwinWire

extension EndToEnd {
    @Suite("kill -9")
    struct KillTests {
        @Test(
            "kill -9 of each process loses nothing that got ok, doubles nothing, blames nobody")
        func eachProcess() async throws {
            let trial = try await Trial("kill")
            for member in Member.founders {
                try await trial.cluster.kill(member)
                try trial.cluster.start(member)
                try await trial.cluster.untilServing()
            }
            try await trial.verify()
        }
    }
}
