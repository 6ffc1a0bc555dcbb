import TwinCore
import TwinRuntime
import TwinWire

/// A server tier that commissions, answers `GetServer`, and traps where a key begins with `poison`.
enum FailingService: TierService {
    typealias Twin = ServerTwin

    static func handle(
        _ request: Request, payload: Span<UInt8>, core: inout InstanceCore<FailingService>
    ) throws(Refusal) {
        let address = try core.address(of: request)
        let shard = try core.ownedShard(of: address.key)
        switch request.envelope.type {
        case .commission:
            let body = try Payload.unpack(CommissionRequest.self, from: payload, of: .commission)
            if core.twin(address.key, in: shard) == nil,
                let birth = core.shards[shard]?.birth(
                    of: address.key, .commission(try body.commission()))
            {
                core.take(birth, in: shard)
            }
            core.reply(
                to: request,
                with: CommandDocument(
                    address: address, changed: true, position: core.position(of: shard)))
        case .getServer:
            guard core.twin(address.key, in: shard) != nil else { throw core.unknown(address) }
            trapIfPoisoned(address.key)
            core.reply(
                to: request,
                with: PingDocument(
                    address: address.description, instance: core.name.text,
                    epoch: nil, protocol: 1, roundTripMilliseconds: 0))
        default: throw core.misdirected(request)
        }
    }

    private static func trapIfPoisoned(_ key: TwinKey) {
        let poison = Array("poison".utf8)
        guard key.bytes.starts(with: poison) else { return }
        print(key.bytes[key.bytes.count + poison.count])
    }

    static func hear(
        _ envelope: Envelope, payload: Span<UInt8>, core: inout InstanceCore<FailingService>
    ) throws(Refusal) {
        throw Refusal(.invalid, "nothing was asked")
    }

    static func settle(shard: Int, slot: Int, core: inout InstanceCore<FailingService>) {}
    static func opened(shard: Int, core: inout InstanceCore<FailingService>) {}
    static func recovered(core: inout InstanceCore<FailingService>) {}
    static func tick(core: inout InstanceCore<FailingService>) {}
    static func beatAnswered(_ reply: BeatReply, core: inout InstanceCore<FailingService>) {}

    static func item(of twin: ServerTwin) -> ListDocument.Item {
        ListDocument.Item(
            address: twin.book.address.description, key: twin.key.description,
            status: twin.statusWord, incidents: [])
    }

    static func matches(_ twin: ServerTwin, _ filter: ListRequest) -> Bool { true }
    static func generation(of twin: ServerTwin) -> UInt64 { twin.generation }
}
