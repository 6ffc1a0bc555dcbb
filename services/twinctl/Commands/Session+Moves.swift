import TwinClient
import TwinCore
import TwinWire

/// Waiting for shards that change owners, by looking at the placement again and again.
extension Session {
    /// Who owns what and who is there, as the broker has it now.
    mutating func placementNow() throws(ClientError) -> PlacementDocument {
        try connection.request(ClientRequest(.broker, .getPlacement, terms: terms))
            .decode(PlacementDocument.self)
    }

    /// Returns when the placement shows `name` as the owner; throws when the move was given up, or
    /// is not over after `moveWaitMax`.
    mutating func waitUntil(
        _ name: InstanceName, serves shard: ShardID
    ) throws(ClientError) {
        let end = ClientTime.monotonicMilliseconds + Self.moveWaitMax.rawValue
        while true {
            let placement = try placementNow().placement
            let move = placement.move(of: shard)
            let owner = placement[shard]?.instance
            if owner == name, move == nil { return }
            guard let move else {
                throw .refused(
                    Refusal(
                        .unavailable,
                        "\(shard) stays with \(owner?.text ?? "nobody"): the move was given up",
                        address: "\(shard)", hint: "the broker's log says why"))
            }
            guard ClientTime.monotonicMilliseconds < end else {
                throw .refused(
                    Refusal(
                        .expired,
                        "\(shard) is still on its way from \(move.from) to \(move.to) after "
                            + "\(Self.moveWaitMax.rawValue / 1_000) s; it goes on without this "
                            + "command", address: "\(shard)", hint: "twinctl status"))
            }
            try pause(Self.moveLookInterval)
        }
    }

    /// Waits until an instance owns nothing; throws when it is gone before, or when nothing has
    /// moved for `drainWaitMax`.
    ///
    /// - Parameter count: the shards that it owned before.
    /// - Returns: the placement then.
    mutating func waitUntilEmpty(
        _ name: InstanceName, _ count: Int
    ) throws(ClientError) -> Placement {
        var left = count
        var movedAt = ClientTime.monotonicMilliseconds
        while true {
            let document = try placementNow()
            let owned = document.placement.shards(of: name).count
            if owned < left { movedAt = ClientTime.monotonicMilliseconds }
            while left > owned {
                left -= 1
                progress.step()
            }
            if owned == 0 { return document.placement }
            let shards = "\(owned) of \(max(count, owned)) shards"
            if document.instances.contains(where: { $0.name == name.text && $0.state == .lost }) {
                throw .refused(
                    Refusal(
                        .unavailable,
                        "\(name) is gone with \(shards): only it can give them away",
                        address: name.text,
                        hint: "start it again: it is drained as soon as it is back"))
            }
            guard ClientTime.monotonicMilliseconds - movedAt < Self.drainWaitMax.rawValue else {
                throw .refused(
                    Refusal(
                        .expired,
                        "\(name) still has \(shards), and none has moved for "
                            + "\(Self.drainWaitMax.rawValue / 1_000) s; the drain goes on without "
                            + "this command", address: name.text, hint: "twinctl status"))
            }
            try pause(Self.drainLookInterval)
        }
    }

    /// Lets a moment pass; Ctrl-C ends it.
    private mutating func pause(_ span: Milliseconds) throws(ClientError) {
        _ = try connection.nextCompletion(
            byMilliseconds: ClientTime.monotonicMilliseconds + span.rawValue
        ) { _ in false }
    }

    /// Short, because the time that `move` prints is measured with it.
    private static let moveLookInterval = Milliseconds(rawValue: 20)
    private static let drainLookInterval = Milliseconds(rawValue: 100)
    private static let moveWaitMax = Milliseconds.seconds(30)
    /// A shard whose move was given up rests for half of this.
    private static let drainWaitMax = Milliseconds.seconds(60)
}

extension Placement {
    /// The shards that an instance owns, of whichever tier it is, ascending.
    func shards(of name: InstanceName) -> [ShardID] {
        Tier.allCases.flatMap { shards(of: name, in: $0) }
    }
}
