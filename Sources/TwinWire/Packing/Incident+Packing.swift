package import Msgpack
package import TwinCore

/// In the row of every twin that has trouble, and of those that had some not long ago.
extension Incident: SelfPacking {
    package func pack(into packer: inout Packer) {
        let values = [
            subject == nil, cause == nil, fold == nil, acknowledgement == nil, pagedSeverity == nil,
            openedAt == nil, resolvedAt == nil, holdUntil == nil, clearAt == nil,
        ]
        packer.packMapHeader(Self.fields + values.count { !$0 })
        packer.packKey("number")
        packer.packUInt(UInt64(number))
        packer.packKey("kind")
        packer.packString(kind.rawValue)
        packer.pack(present: subject, as: "subject")
        packer.packKey("severity")
        packer.packString(severity.name)
        packer.packKey("phase")
        packer.packString(phase.rawValue)
        packer.pack(present: cause?.rawValue, as: "cause")
        packer.packKey("candidates")
        packer.packArrayHeader(candidates.count)
        for candidate in candidates { packer.pack(rare: candidate) }
        packer.packKey("summary")
        packer.packString(summary)
        packer.packKey("evidence")
        packer.packArrayHeader(evidence.count)
        for piece in evidence { packer.pack(rare: piece) }
        packer.packKey("extent")
        extent.pack(into: &packer)
        packer.packKey("since")
        packer.packInt(since.milliseconds)
        packer.packKey("sinceElapsed")
        packer.packInt(sinceElapsed.milliseconds)
        packer.pack(present: openedAt?.milliseconds, as: "openedAt")
        packer.packKey("updatedAt")
        packer.packInt(updatedAt.milliseconds)
        packer.pack(present: resolvedAt?.milliseconds, as: "resolvedAt")
        packLife(into: &packer)
    }

    /// What became of it: returns, mutes, pages, delays.
    private func packLife(into packer: inout Packer) {
        packer.packKey("reopened")
        packer.packInt(reopened)
        packer.packKey("isFlapping")
        packer.packBool(isFlapping)
        if let fold {
            packer.packKey("fold")
            packer.pack(rare: fold)
        }
        if let acknowledgement {
            packer.packKey("acknowledgement")
            packer.pack(rare: acknowledgement)
        }
        packer.packKey("pages")
        packer.packInt(pages)
        packer.pack(present: pagedSeverity?.name, as: "pagedSeverity")
        packer.pack(present: holdUntil?.milliseconds, as: "holdUntil")
        packer.packKey("isHoldReceipted")
        packer.packBool(isHoldReceipted)
        packer.pack(present: clearAt?.milliseconds, as: "clearAt")
        packer.packKey("clearDelay")
        packer.packInt(clearDelay.rawValue)
        packer.packKey("flap")
        packer.pack(rare: flap)
    }

    /// Those that every incident has.
    private static var fields: Int { 17 }
}

extension IncidentExtent: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(4)
        packer.packKey("children")
        packer.packInt(children)
        packer.packKey("racksAffected")
        packer.packInt(racksAffected)
        packer.packKey("serversAffected")
        packer.packInt(serversAffected)
        packer.packKey("serversTotal")
        packer.packInt(serversTotal)
    }
}
