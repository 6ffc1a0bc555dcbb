package import Msgpack
package import TwinCore

/// One shard's part of a journal record: where its inputs begin; they follow, then its alerts.
package struct JournalSection: Equatable, Sendable {
    package var shard: UInt16
    package var epoch: Epoch
    package var firstPosition: Position
    package var inputCount: Int

    package init(shard: UInt16, epoch: Epoch, firstPosition: Position, inputCount: Int) {
        self.shard = shard
        self.epoch = epoch
        self.firstPosition = firstPosition
        self.inputCount = inputCount
    }

    package func pack(into packer: inout Packer) {
        packer.packUInt(UInt64(shard))
        packer.packUInt(UInt64(epoch.rawValue))
        packer.packUInt(firstPosition.rawValue)
        packer.packArrayHeader(inputCount)
    }

    package init(from unpacker: inout Unpacker) throws(MsgpackError) {
        shard = try JournalNumbers.shard(&unpacker)
        epoch = Epoch(rawValue: try unpacker.readUInt32())
        firstPosition = Position(rawValue: try JournalNumbers.counter(&unpacker))
        inputCount = try unpacker.readArrayHeader()
    }
}

/// One record of the alert log as it is journalled and read: columns and the packed document.
package struct LoggedAlert: Equatable, Sendable {
    package var shard: UInt16
    package var epoch: Epoch
    package var sequence: UInt64
    package var at: Timestamp
    package var change: AlertChange
    package var severity: Severity?
    package var pages: Bool
    /// The incident's id; for a change of verdict the twin's address.
    package var subject: String
    /// The msgpack of the record's `AlertDocument`.
    package var document: [UInt8]

    package init(_ alert: NumberedAlert) {
        shard = alert.id.shard.index
        epoch = alert.id.epoch
        sequence = alert.id.sequence
        at = alert.draft.at
        change = alert.draft.change
        severity = alert.draft.incident?.incident.severity
        pages = alert.draft.pages
        subject = alert.draft.incident?.id.description ?? alert.draft.address.description
        document = Payload.pack(AlertDocument(alert))
    }

    /// A record from its row.
    package init(
        shard: UInt16, epoch: Epoch, sequence: UInt64, at: Timestamp, change: AlertChange,
        severity: Severity?, pages: Bool, subject: String, document: [UInt8]
    ) {
        self.shard = shard
        self.epoch = epoch
        self.sequence = sequence
        self.at = at
        self.change = change
        self.severity = severity
        self.pages = pages
        self.subject = subject
        self.document = document
    }

    /// Packs without shard and epoch: the section says them.
    package func pack(into packer: inout Packer) {
        packer.packUInt(sequence)
        packer.packInt(at.milliseconds)
        packer.packString(change.rawValue)
        if let severity { packer.packUInt(UInt64(severity.rawValue)) } else { packer.packNil() }
        packer.packBool(pages)
        packer.packString(subject)
        packer.packBin(document)
    }

    package init(
        from unpacker: inout Unpacker, shard: UInt16, epoch: Epoch
    ) throws(MsgpackError) {
        self.shard = shard
        self.epoch = epoch
        sequence = try JournalNumbers.counter(&unpacker)
        at = Timestamp(milliseconds: try unpacker.readInt64())
        let offset = unpacker.offset
        let word = try unpacker.readString(maxBytes: Limits.labelBytesMax)
        guard let change = AlertChange(rawValue: word) else {
            throw MsgpackError(
                .invalidValue, wanted: "a change of an incident", found: word, offset: offset)
        }
        self.change = change
        severity = unpacker.readNilIfPresent() ? nil : try Severity(from: &unpacker)
        pages = try unpacker.readBool()
        subject = try unpacker.readString(maxBytes: Limits.frameBytesMax)
        document = try unpacker.readBinBytes(maxBytes: Limits.frameBytesMax)
    }
}
