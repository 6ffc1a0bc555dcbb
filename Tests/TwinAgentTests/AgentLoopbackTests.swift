import Foundation
import Logging
import Testing
import TwinCore
import TwinWire
import ZeroMQ
import twin_agent

@Suite("An agent and a broker over a socket")
struct AgentLoopbackTests {
    /// What one request of the agent held.
    private struct Received: Sendable {
        let destination: String
        let type: MessageType
        let names: [String]
        let profile: ReporterProfile
        let reports: [ReceivedReport]
    }

    /// Waits of `waitMilliseconds`; an agent that works needs far fewer.
    private static let waitsMax = 500
    private static let waitMilliseconds = 20
    private static let key = "web-01"

    /// One report for as long as the test lasts, however long its task waits for a thread.
    private static let interval = Limits.intervalMax

    @Test("this host's first report goes to its twin at once, and again until it is answered ok")
    func reports() async throws {
        var router = try Socket(.router, in: Context())
        try router.bind("tcp://127.0.0.1:*")
        var settings = AgentSettings(server: try TwinKey(Self.key))
        settings.broker = try router.boundEndpoint
        settings.interval = Self.interval
        let agent = AgentService(
            settings, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        async let running: Void = agent.run()
        let answers: [Refusal.Code?] = [.unavailable, nil]
        var received: [Received] = []
        for answer in answers {
            received += try await Self.answer(&router, refusing: answer)
        }
        agent.stop()
        try await running
        for request in received {
            #expect(request.destination == "server/\(Self.key)")
            #expect(request.type == .reportBatch)
            #expect(request.names.contains("system.memory.utilization"))
            #expect(request.profile.interval == Self.interval)
            #expect(request.reports.map(\.key.description) == [Self.key])
        }
        let reports = received.compactMap(\.reports.first)
        #expect(reports.count >= answers.count)
        #expect(reports.first?.flags == [])
        #expect(reports.last?.flags == .buffered)
        #expect(Set(reports.map(\.at)).count == 1)
    }

    /// Takes the agent's requests until one could be answered, with a refusal of this code or with
    /// `ok`. An agent that was not answered in time sends again over a new connection: what it sent
    /// over the old one cannot be answered any more.
    private static func answer(
        _ router: inout Socket, refusing code: Refusal.Code?
    ) async throws -> [Received] {
        var requests: [Received] = []
        var message = Message()
        var poller = Poller()
        _ = poller.add(router)
        for _ in 0..<waitsMax {
            guard try router.receive(into: &message) != .none else {
                _ = try poller.wait(timeoutMilliseconds: waitMilliseconds)
                await Task.yield()
                continue
            }
            try #require(message.frameCount == 4)
            let envelope = try Envelope(message.frame(2))
            requests.append(try read(message, envelope))
            var reply = ReportBatchReply()
            reply.take(.accepted)
            let (type, payload) =
                code.map { (MessageType.refused, Payload.pack(RefusalPayload(Refusal($0, "no")))) }
                ?? (envelope.type, Payload.pack(reply))
            let sent = try router.send(
                [message.bytes(0), envelope.reply(type).packed, payload])
            if sent == .sent { return requests }
        }
        Issue.record("no request could be answered; received: \(requests.count)")
        return requests
    }

    private static func read(
        _ message: borrowing Message, _ envelope: Envelope
    ) throws -> Received {
        var reader = try ReportBatchReader(message.frame(3))
        var reports: [ReceivedReport] = []
        while let report = try ReportPackingTests.next(&reader) { reports.append(report) }
        return Received(
            destination: String(decoding: message.bytes(1), as: UTF8.self), type: envelope.type,
            names: reader.header.names, profile: reader.header.profile, reports: reports)
    }
}
