import Testing
import TwinClient
import TwinCore
import TwinWire

@Suite("Lists merged from all instances", .serialized)
struct GatherTests {
    /// Two instances with the even and the odd servers; pages of two, as services make them.
    private func broker(failing: String? = nil) throws -> FakeBroker {
        let placement = try Fixtures.placement(server: ["server-a", "server-b"])
        return try FakeBroker { request in
            if request.envelope.type == .getPlacement { return .document(placement) }
            if request.destination == failing {
                return .refuse(Refusal(.unavailable, "\(request.destination) is gone"))
            }
            do {
                let question = try request.decode(ListRequest.self)
                let parity = request.destination == "server@server-a" ? 0 : 1
                let keys = (0..<10).filter { $0 % 2 == parity }.map { "s\($0)" }
                    .filter { question.after == nil || $0 > question.after ?? "" }
                let page = keys.prefix(min(2, question.limit ?? 2))
                return .document(
                    ListDocument(
                        tier: .server,
                        items: page.map {
                            ListDocument.Item(
                                address: "server/\($0)", key: $0, status: "healthy",
                                incidents: [])
                        }, cursor: page.count < keys.count ? page.last : nil, missing: []))
            } catch {
                return .refuse(Refusal(.invalid, "\(error)"))
            }
        }
    }

    private func list(
        _ broker: FakeBroker, limit: Int?, after: String? = nil
    ) throws -> GatheredList<ListDocument.Item> {
        var connection = try Connection(to: broker.endpoint)
        return try connection.gather(
            .server, .listTwins, ListRequest(after: after), as: ListDocument.self, limit: limit)
    }

    @Test("all pages of all instances are one ordered list")
    func whole() throws {
        let broker = try broker()
        let list = try list(broker, limit: nil)
        #expect(list.items.map(\.key) == (0..<10).map { "s\($0)" })
        #expect(list.cursor == nil)
        #expect(list.missing.isEmpty)
        broker.stop()
    }

    @Test("a limited list goes on with its cursor, without gap or double")
    func pages() throws {
        let broker = try broker()
        var keys: [String] = []
        var cursor: String?
        var pages = 0
        repeat {
            let list = try list(broker, limit: 3, after: cursor)
            keys += list.items.map(\.key)
            cursor = list.cursor
            pages += 1
        } while cursor != nil
        #expect(keys == (0..<10).map { "s\($0)" })
        #expect(pages == 4)
        broker.stop()
    }

    @Test("the shards of an instance that does not answer are named as missing")
    func missing() throws {
        let broker = try broker(failing: "server@server-b")
        let list = try list(broker, limit: nil)
        #expect(list.items.map(\.key) == ["s0", "s2", "s4", "s6", "s8"])
        #expect(list.missing.map(\.shard) == ["server#1", "server#3", "server#5", "server#7"])
        #expect(list.missing.allSatisfy { $0.instance == "server-b" })
        broker.stop()
    }
}
