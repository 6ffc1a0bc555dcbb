package import Msgpack
package import TwinCore

/// A rack's row is written again when one of its servers has news.
extension RackTwin: SelfPacking {
    package func pack(into packer: inout Packer) {
        let values = [outage == nil, status == nil, unknownReason == nil, toldSilences == nil]
        let times = [outageOver, modelDue]
        let more = values.count { !$0 } + times.count { $0 != nil }
        packer.packMapHeader(Self.fields + more)
        packer.packKey("key")
        packer.pack(key)
        packer.packKey("ordinal")
        packer.packUInt(UInt64(ordinal))
        packer.packKey("book")
        book.pack(into: &packer)
        packer.packKey("members")
        packer.packArrayHeader(members.count)
        let members = members.span
        for index in members.indices { members[index].pack(into: &packer) }
        packer.packKey("strangers")
        packer.pack(strangers)
        if let outage {
            packer.packKey("outage")
            packer.pack(rare: outage)
        }
        packer.pack(present: outageOver?.milliseconds, as: "outageOver")
        if let status {
            packer.packKey("status")
            status.pack(into: &packer)
        }
        packer.packKey("version")
        packer.pack(version)
        packer.packKey("verdict")
        packer.packString(verdict.rawValue)
        packer.packKey("verdictSince")
        packer.packInt(verdictSince.milliseconds)
        packer.pack(present: unknownReason, as: "unknownReason")
        packer.packKey("receipted")
        packer.packArrayHeader(receipted.count)
        for receipt in receipted { packer.pack(receipt) }
        packer.packKey("foldsVersion")
        packer.pack(foldsVersion)
        if let toldSilences {
            packer.packKey("toldSilences")
            packer.pack(rare: toldSilences)
        }
        packer.pack(present: modelDue?.milliseconds, as: "modelDue")
    }

    /// Those that every rack has.
    private static var fields: Int { 10 }
}

/// A data center's row is written again when one of its racks has news.
extension DatacenterTwin: SelfPacking {
    package func pack(into packer: inout Packer) {
        let more = [modelDue == nil, unansweredShards == nil, silences == nil].count { !$0 }
        packer.packMapHeader(Self.fields + more)
        packer.packKey("key")
        packer.pack(key)
        packer.packKey("ordinal")
        packer.packUInt(UInt64(ordinal))
        packer.packKey("book")
        book.pack(into: &packer)
        packer.packKey("racks")
        packer.packArrayHeader(racks.count)
        let racks = racks.span
        for index in racks.indices { racks[index].pack(into: &packer) }
        packer.packKey("strangers")
        packer.pack(strangers)
        packer.packKey("troubles")
        packer.packArrayHeader(troubles.count)
        for trouble in troubles { packer.pack(rare: trouble) }
        packer.packKey("observation")
        packer.pack(rare: observation)
        packer.packKey("verdict")
        packer.packString(verdict.rawValue)
        packer.packKey("verdictSince")
        packer.packInt(verdictSince.milliseconds)
        packer.packKey("counts")
        counts.pack(into: &packer)
        packer.pack(present: modelDue?.milliseconds, as: "modelDue")
        packer.pack(present: unansweredShards.map(Int64.init), as: "unansweredShards")
        if let silences {
            packer.packKey("silences")
            packer.pack(rare: silences)
        }
    }

    /// Those that every data center has.
    private static var fields: Int { 10 }
}

extension DatacenterCounts: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(8)
        packer.packKey("racks")
        packer.packInt(racks)
        packer.packKey("unhealthy")
        packer.packInt(unhealthy)
        packer.packKey("unknown")
        packer.packInt(unknown)
        packer.packKey("maintenance")
        packer.packInt(maintenance)
        packer.packKey("servers")
        packer.packInt(servers)
        packer.packKey("missing")
        packer.packInt(missing)
        packer.packKey("serversInService")
        packer.packInt(serversInService)
        packer.packKey("serversUnknown")
        packer.packInt(serversUnknown)
    }
}

extension Packer {
    fileprivate mutating func pack(_ strangers: RackStrangers) {
        packMapHeader(1)
        packKey("entries")
        packArrayHeader(strangers.entries.count)
        for entry in strangers.entries { entry.pack(into: &self) }
    }

    fileprivate mutating func pack(_ receipt: RackReceipted) {
        packMapHeader(2)
        packKey("dc")
        pack(receipt.dc)
        packKey("version")
        pack(receipt.version)
    }
}
