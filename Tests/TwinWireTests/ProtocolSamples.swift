import TwinCore
import TwinWire

/// The values behind the examples of Protocol.md; answers come from `DocumentsSamples`.
enum ProtocolSamples {
    static let noon = DocumentsSamples.noon
    static let beatNumber: UInt64 = 3_601

    static let server = Envelope.Source(instance: "server-b", startNumber: 3)
    static let rack = Envelope.Source(instance: "rack-a", startNumber: 2)
    static let dc = Envelope.Source(instance: "dc-a", startNumber: 1)

    /// A key that is known to be one; a mistake shows as the key "invalid".
    static func key(_ text: StaticString) -> TwinKey {
        do { return try TwinKey("\(text)") } catch { return key("invalid") }
    }

    static func name(_ text: StaticString) -> InstanceName {
        do { return try InstanceName("\(text)") } catch { return name("invalid") }
    }

    static func incident(_ tier: Tier, _ text: StaticString, _ number: UInt32) -> IncidentID {
        IncidentID(address: TwinAddress(tier: tier, key: key(text)), number: number)
    }

    static func version(_ position: UInt64) -> Version {
        Version(epoch: .first, position: Position(rawValue: position))
    }

    // MARK: commands

    static func done(
        _ address: String, changed: Bool = true, generation: UInt64? = nil, _ position: UInt64
    ) -> CommandDocument {
        CommandDocument(
            ok: true, address: address, changed: changed, generation: generation,
            position: position)
    }

    // MARK: reports

    static let batchNames = ["system.cpu.utilization", "hw.temperature"]

    static func batch() throws -> [UInt8] {
        var writer = ReportBatchWriter(
            header: try ReportBatchHeader(
                names: batchNames,
                profile: ReporterProfile(
                    interval: .seconds(10), agentVersion: "twin-agent 1.0.0", relay: "relay-1"),
                baseTime: noon))
        _ = writer.append(key: key("web-1"), at: noon, values: [0.5, 42])
        _ = writer.append(
            key: key("web-2"), at: noon + Milliseconds(rawValue: -250),
            flags: [.buffered, .rebooted], values: [.nan, 61.5],
            devices: [WorstDevice(metricIndex: 1, name: "cpu1")])
        return writer.payload
    }

    static var batchReply: ReportBatchReply {
        var reply = ReportBatchReply()
        reply.take(.accepted)
        reply.refuse(
            1,
            Refusal(.unknownAddress, "server/web-2: nobody commissioned this server"))
        return reply
    }

    // MARK: statuses, receipts, audits

    static let serverStatus = ServerStatus(
        generation: 88, dc: key("dc1"),
        topology: Topology(feed: "A", zone: "cz1", row: "2", networkSwitch: "tor-r07"),
        agentVersion: "twin-agent 1.0.0", relay: nil, interval: .seconds(10),
        condition: .missing, conditionSince: noon, isInMaintenance: false,
        continuity: Continuity(boot: .same, isBuffered: false, returnedAt: nil),
        incidents: [
            IncidentBrief(
                number: 1, kind: .missingReport, severity: .warning, phase: .pending, since: noon)
        ],
        digest: Digest(bytes: [88, 1, 80, 148, 177, 162, 142, 1, 127]), foldsVersion: version(511))

    static var rackStatus: RackStatus {
        var counts = RackCounts()
        (counts.servers, counts.expected, counts.judged, counts.missing) = (40, 40, 40, 40)
        return RackStatus(
            dc: key("dc1"), verdict: .unhealthy, verdictSince: noon, unknownReason: nil,
            counts: counts, labels: [LabelCount(name: "feed", value: "A", servers: 40)],
            silentSince: noon,
            reporters: [
                ReporterCount(
                    agentVersion: "twin-agent 1.0.0", relay: nil, servers: 40, silent: 40)
            ],
            incidents: [
                RackIncidentBrief(
                    number: 1, kind: .rackUnreachable, severity: .critical, phase: .open,
                    since: noon, cause: nil,
                    candidates: [CauseCandidate(cause: .torSwitch, likelihood: 0.75)],
                    summary: "Rack unreachable: 40 of 40 servers silent.", serversAffected: 40,
                    serversTotal: 40,
                    mutes: [
                        MuteEntry(
                            by: .acknowledgement, owner: "ana", comment: "on it",
                            until: noon + .hours(8))
                    ])
            ], isInMaintenance: false, foldsVersion: .none)
    }

    static let serverStatuses = StatusBatch(entries: [
        StatusBatch.Entry(
            shard: 210, epoch: .first, parent: key("dc1-r07"), child: key("dc1-r07-s12"),
            version: version(4_711), status: serverStatus),
        StatusBatch.Entry(
            shard: 7, epoch: .first, parent: key("dc1-r07"), child: key("dc1-r07-s13"),
            version: version(90), status: nil),
    ])

    static let rackStatuses = StatusBatch(entries: [
        StatusBatch.Entry(
            shard: 12, epoch: .first, parent: key("dc1"), child: key("dc1-r07"),
            version: version(512), status: rackStatus)
    ])

    static let folds = FoldSet(
        version: version(512),
        entries: [FoldEntry(child: 1, parent: incident(.rack, "dc1-r07", 1))],
        maintenance: InheritedMaintenance(
            address: TwinAddress(tier: .rack, key: key("dc1-r07")),
            window: MaintenanceWindow(
                id: "m-1", owner: "ana", reason: "firmware 1.2", from: noon,
                until: noon + .hours(2))))

    static func receipt(
        of child: TwinKey, _ held: Version, _ disposition: Receipt.Disposition,
        _ folds: FoldSet = FoldSet()
    ) -> ReceiptBatch.Entry {
        ReceiptBatch.Entry(
            shard: 12, epoch: .first, child: child,
            receipt: Receipt(
                parent: key("dc1-r07"), version: held, disposition: disposition, folds: folds))
    }

    static let receipts = ReceiptBatch(
        entries: [
            receipt(of: key("dc1-r07-s12"), version(4_711), .member, folds),
            receipt(of: key("dc1-r07-s13"), version(90), .notMember),
        ])

    static let toldFolds = ReceiptBatch(entries: [
        receipt(
            of: key("dc1-r07-s99"), version(5),
            .refused(reason: "rack/dc1-r07 has 256 members, as many as a rack may"))
    ])

    static let audit = AuditPart(
        audit: 17, part: 0, isLast: true, parents: ShardSet([12]),
        shards: [
            AuditPart.Shard(index: 210, epoch: .first, position: Position(rawValue: 4_711))
        ],
        entries: [
            AuditPart.Entry(
                child: key("dc1-r07-s12"), parent: key("dc1-r07"), version: version(4_711))
        ])

    static let auditAnswer = ReceiptBatch(entries: [
        receipt(of: key("dc1-r07-s12"), .none, .lacking)
    ])

    // MARK: registration and beats

    static var placement: Placement {
        var placement = Placement(version: 3, shardCounts: ShardCounts(server: 4, rack: 2, dc: 1))
        for (tier, count, owner) in [
            (Tier.server, 2, name("server-a")), (.rack, 2, name("rack-a")), (.dc, 1, name("dc-a")),
        ] {
            for index in 0..<count {
                placement[ShardID(tier: tier, index: UInt16(index))] = Placement.Owner(
                    instance: owner, epoch: .first, isBorn: true)
            }
        }
        for index in [UInt16(2), 3] {
            placement[ShardID(tier: .server, index: index)] = Placement.Owner(
                instance: name("server-b"), epoch: .first, isBorn: index == 2)
        }
        return placement
    }

    static let registration = Registration(
        tier: .server, instance: name("server-b"), clusterId: "7f3a91", startNumber: 2,
        processNonce: 0x1122_3344_5566_7788, protocolVersion: 1, softwareVersion: "1.0.0",
        owned: [OwnedShard(index: 2, epoch: .first)], isRestored: false,
        credit: Limits.instanceCreditBytes)

    static let grant = RegistrationGrant(
        clusterId: "7f3a91", startNumber: 3,
        configuration: ClusterConfiguration(pageFrom: .error, allowsSimulation: true),
        placement: placement, brokerNonce: 0x0102_0304_0506_0708, forwarded: 0,
        connection: 0x0102_0304_0506_0709)

    static var beat: Beat {
        var load = InstanceLoad()
        load.twins = 198
        load.inputsPerSecond = 21
        load.commitSecondsP99 = 0.0019
        load.journalBytes = 67_108_864
        load.diskFreeBytes = 65_498_251_264
        load.residentBytes = 50_331_648
        load.refused = ["unknown-address": 3]
        return Beat(
            number: beatNumber, tier: .server, instance: name("server-b"), startNumber: 3,
            credit: Limits.instanceCreditBytes + 1_048_576, connection: 0x0102_0304_0506_0709,
            blindShards: ShardSet([3]),
            owned: [
                OwnedShard(index: 2, epoch: .first), OwnedShard(index: 3, epoch: .first),
            ], isStopping: false, load: load)
    }

    static let beatReply = BeatReply(
        number: beatNumber, brokerNonce: 0x0102_0304_0506_0708, placementVersion: 3,
        isYoung: false, isBehind: false, dropped: 0, unheardServerShards: ShardSet([3]),
        unheardRackShards: ShardSet(), forwarded: 1_048_576,
        connection: 0x0102_0304_0506_0709)

    static let refusal = RefusalPayload(
        Refusal(
            .unknownAddress, "server/web-2: nobody commissioned this server",
            address: "server/web-2", hint: "twinctl commission web-2 --dc DC --rack RACK"))
}
