import Logging
import Testing
import TwinClient
import TwinCore
import TwinWire
import twin_agent

@Suite("How a batch ends")
struct BatchEndTests {
    private func reply(_ refusals: [Refusal.Code]) -> BatchEnd {
        var reply = ReportBatchReply()
        reply.take(.accepted)
        for (index, code) in refusals.enumerated() {
            reply.refuse(index + 1, Refusal(code, "no"))
        }
        return BatchEnd(.success(reply))
    }

    @Test("only an answer without refusals means that everything is taken")
    func taken() {
        #expect(reply([]) == .taken)
        #expect(reply([.invalid]) == .refused(.invalid, "no"))
    }

    @Test("one report that may be taken later keeps its batch")
    func kept() {
        #expect(
            reply([.invalid, .notOwner]) == .kept(.refused(Refusal(.notOwner, "no"))))
    }

    @Test("no answer keeps the batch")
    func unanswered() {
        let error = ClientError.outcomeUnknown(
            destination: "server/a", type: .reportBatch, seconds: 5, attempts: 1)
        #expect(BatchEnd(.failure(error)) == .kept(error))
    }

    @Test("who must commission the host is told how")
    func hint() throws {
        let notice = AgentNotice.refused(.unknownAddress, "server/a: nobody commissioned it")
        #expect(
            notice.metadata(server: try TwinKey("a"))["hint"]
                == "twinctl commission a --dc DC --rack RACK")
    }
}
