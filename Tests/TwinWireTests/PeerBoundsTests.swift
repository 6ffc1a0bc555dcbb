import Testing
import TwinCore
import TwinWire

/// What a peer may count, list and name: what is beyond is refused where it is read.
struct PeerBoundsTests {
    private static func isTaken<Status: Codable & Sendable & Equatable>(
        _ status: Status
    ) -> Bool {
        let batch = StatusBatch(entries: [
            StatusBatch<Status>.Entry(
                shard: 1, epoch: .first, parent: ProtocolSamples.key("dc1"),
                child: ProtocolSamples.key("r1"), version: ProtocolSamples.version(1),
                status: status)
        ])
        do throws(Refusal) {
            let bytes = Payload.pack(batch)
            let read = try Payload.unpack(
                StatusBatch<Status>.self, from: bytes.span, of: .statuses)
            return read == batch
        } catch {
            return false
        }
    }

    @Test(
        "a rack that counts more servers than anybody has, or fewer than none, is refused",
        arguments: [
            (0, true), (256, true), (65_535, true), (65_536, false), (-1, false), (Int.max, false),
            (Int.min, false),
        ])
    func counts(number: Int, isTaken: Bool) {
        var statuses = Array(repeating: ProtocolSamples.rackStatus, count: 6)
        statuses[0].counts.servers = number
        statuses[1].counts.failing = number
        statuses[2].labels[0].servers = number
        statuses[3].reporters[0].silent = number
        statuses[4].incidents[0].serversAffected = number
        statuses[5].incidents[0].serversTotal = number
        for status in statuses { #expect(Self.isTaken(status) == isTaken) }
    }

    @Test("a status that lists more than a twin can have is refused")
    func lists() {
        var rack = ProtocolSamples.rackStatus
        rack.incidents = Array(
            repeating: rack.incidents[0], count: Limits.openIncidentsPerTwinMax)
        rack.reporters = Array(repeating: rack.reporters[0], count: Limits.labelValuesPerRackMax)
        rack.labels = Array(repeating: rack.labels[0], count: 5 * Limits.labelValuesPerRackMax)
        #expect(Self.isTaken(rack))
        var (incidents, reporters, labels) = (rack, rack, rack)
        incidents.incidents.append(rack.incidents[0])
        reporters.reporters.append(rack.reporters[0])
        labels.labels.append(rack.labels[0])
        #expect(![incidents, reporters, labels].contains { Self.isTaken($0) })

        var server = ProtocolSamples.serverStatus
        server.incidents = Array(
            repeating: server.incidents[0], count: Limits.openIncidentsPerTwinMax)
        #expect(Self.isTaken(server))
        server.incidents.append(server.incidents[0])
        #expect(!Self.isTaken(server))
    }

    @Test(
        "an address of a megabyte is quoted in a sentence",
        arguments: ["x", "server", "server#", "e\u{301}"])
    func quoted(part: String) {
        let text = String(repeating: part, count: 1 << 20)
        #expect(throws: AddressError.self) { try Destination(text) }
        do throws(AddressError) {
            _ = try Destination(text)
        } catch {
            #expect("\(error)".utf8.count < 512)
        }
        do throws(AddressError) {
            _ = try TwinAddress(text)
        } catch {
            #expect("\(error)".utf8.count < 512)
        }
    }
}
