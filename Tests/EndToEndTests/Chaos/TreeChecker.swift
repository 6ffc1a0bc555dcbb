import TwinClient
import TwinCore
import TwinWire

/// The final tree as the clients' histories say it must be, against what the public queries say.
struct TreeChecker {
    /// By data center and rack: the servers in watch.
    private var tree: [String: [String: Set<String>]] = [:]
    /// Racks that must be unhealthy.
    private let unhealthy: Set<String>

    init(unhealthy: Set<String>) { self.unhealthy = unhealthy }

    /// A rack that once had a server.
    mutating func add(rack: String, of dc: String) {
        tree[dc, default: [:]][rack, default: []].formUnion([])
    }

    mutating func add(server: String, in rack: String, of dc: String) {
        tree[dc, default: [:]][rack, default: []].insert(server)
    }

    /// The first difference; nil = the tree is as it must be.
    func difference(by client: Client) throws -> String? {
        let statuses = Dictionary(
            uniqueKeysWithValues: try client.servers().map { ($0.key, $0.status) })
        for (dc, racks) in tree.sorted(by: { $0.key < $1.key }) {
            for (rack, servers) in racks.sorted(by: { $0.key < $1.key }) {
                let found = try members(of: rack, by: client)
                let wanted = Dictionary(
                    uniqueKeysWithValues: servers.map { ($0, statuses[$0] ?? "unlisted") })
                guard found == wanted else {
                    return "rack/\(rack): wanted \(text(wanted)), found \(text(found))"
                }
            }
            if let difference = try difference(of: dc, racks, by: client) { return difference }
        }
        return nil
    }

    private func members(of rack: String, by client: Client) throws -> [String: String] {
        do {
            let document = try client.ask(
                .twin(TwinAddress(tier: .rack, key: try TwinKey(rack))), .getRack,
                for: RackDocument.self)
            return Dictionary(
                uniqueKeysWithValues: document.members.map { ($0.key, $0.status) })
        } catch ClientError.refused(let refusal) where refusal.code == .unknownAddress {
            // A rack lives while it has members.
            return [:]
        }
    }

    private func difference(
        of dc: String, _ racks: [String: Set<String>], by client: Client
    ) throws -> String? {
        let document = try client.ask(
            .twin(TwinAddress(tier: .dc, key: try TwinKey(dc))), .getDatacenter,
            for: DatacenterDocument.self)
        let wanted = racks.filter { !$0.value.isEmpty }.keys.sorted()
        let found = document.racks.map(\.key).filter { racks[$0]?.isEmpty == false }
        guard found == wanted else { return "dc/\(dc): wanted racks \(wanted), found \(found)" }
        let count = racks.values.reduce(0) { $0 + $1.count }
        guard document.counts.servers == count else {
            return "dc/\(dc): wanted \(count) servers, found \(document.counts.servers)"
        }
        let bad = try client.unhealthyRacks(try TwinKey(dc)).racks.map(\.key)
        let mustBeBad = unhealthy.intersection(racks.keys).sorted()
        guard bad == mustBeBad else {
            return "dc/\(dc): wanted unhealthy \(mustBeBad), found \(bad)"
        }
        return nil
    }

    private func text(_ members: [String: String]) -> String {
        members.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
    }
}
