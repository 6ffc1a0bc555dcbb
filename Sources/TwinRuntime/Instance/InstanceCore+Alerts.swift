internal import Msgpack
package import TwinCore
package import TwinWire

/// A follower that waits for the first new record.
struct AlertWaiter: Sendable {
    var request: Request
    var body: ReadAlertsRequest
    var until: Int64
    /// What the log was like when it had nothing for this reader.
    var revision: UInt64
}

/// A read of old records: from the rows, by the thread that owns them, not by the engine.
package struct AlertRead: Sendable {
    /// nil = for the copy of the one shard in `shards`.
    package var request: Request?
    package var cursor: AlertCursor
    package var since: Timestamp?
    package var limit: Int
    /// The shards whose next records are no longer in memory, each with where memory goes on.
    package var shards: [UInt16: AlertTail.Place]

    package init(
        request: Request?, cursor: AlertCursor, since: Timestamp?, limit: Int,
        shards: [UInt16: AlertTail.Place]
    ) {
        self.request = request
        self.cursor = cursor
        self.since = since
        self.limit = limit
        self.shards = shards
    }
}

/// What the rows have for one reader.
package struct AlertsFound: Sendable {
    package var read: AlertRead
    package var records: [LoggedAlert] = []
    package var gaps: [AlertGap] = []
    /// Shards of whose old records none are left, with where memory goes on.
    package var emptied: [UInt16: AlertTail.Place] = [:]

    package init(read: AlertRead) { self.read = read }
}

/// A hole in a shard's log that a reader ran into: below retention, or past a restored end.
package struct AlertGap: Equatable, Sendable {
    package var shard: UInt16
    /// The last record that the reader has.
    package var from: AlertTail.Place
    /// The place before the first record that is there again.
    package var resume: AlertTail.Place

    package init(shard: UInt16, from: AlertTail.Place, resume: AlertTail.Place) {
        self.shard = shard
        self.from = from
        self.resume = resume
    }

    /// The hole between the last record that a reader has and the next one that is there; nil when
    /// that one follows.
    ///
    /// - Parameter isHeld: the reader's last record is in the log still. A newer epoch begins its
    ///   sequence anew: without that record nobody knows what the older epoch had behind it.
    package init?(
        shard: UInt16, from: AlertTail.Place, to next: AlertTail.Place, isHeld: Bool
    ) {
        let follows = from.epoch == next.epoch ? next.sequence <= from.sequence + 1 : isHeld
        guard !follows else { return nil }
        let resume = AlertTail.Place(epoch: next.epoch, sequence: max(next.sequence, 1) - 1)
        self.init(shard: shard, from: from, resume: resume)
    }
}

/// The alert log as readers see it: new records from memory, old ones from the rows.
extension InstanceCore {
    mutating func readAlerts(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let body = try Payload.unpack(ReadAlertsRequest.self, from: payload, of: .readAlerts)
        guard body.after.map({ $0.tier == tier }) ?? true else {
            throw Refusal(
                .invalid, "cursor: wanted one of tier \(tier)",
                found: body.after?.tier.name, wanted: tier.name)
        }
        if !answer(request, body, isFinal: (body.waitMilliseconds ?? 0) <= 0) {
            guard waiters.count < Limits.alertWaitersMax else {
                throw Refusal(
                    .overloaded, "too many readers wait for alerts",
                    found: "\(waiters.count)", wanted: "at most \(Limits.alertWaitersMax)")
            }
            let wait = min(body.waitMilliseconds ?? 0, Limits.alertWaitMax.rawValue)
            waiters.append(
                AlertWaiter(
                    request: request, body: body, until: clock.monotonic + wait,
                    revision: alerts.revision))
        }
    }

    /// Readers that wait for a new record; at most `Limits.alertWaitersMax`.
    package var waiterCount: Int { waiters.count }

    /// Answers the waiters for whom this turn brought something, or whose time is up.
    mutating func answerWaiters() {
        defer { endsAlertWaits = false }
        guard !waiters.isEmpty else { return }
        let now = clock.monotonic
        let waiting = waiters
        waiters.removeAll()
        for waiter in waiting {
            let isFinal = now >= waiter.until || isStopping || endsAlertWaits
            // To look through the whole log in every turn would cost more than the turn.
            let isNews = waiter.revision != alerts.revision
            if isFinal || isNews, answer(waiter.request, waiter.body, isFinal: isFinal) { continue }
            var waiter = waiter
            waiter.revision = alerts.revision
            waiters.append(waiter)
        }
    }

    /// - Returns: false when there is nothing to tell and the reader would rather wait.
    private mutating func answer(
        _ request: Request, _ body: ReadAlertsRequest, isFinal: Bool
    ) -> Bool {
        let cursor = body.after ?? AlertCursor(tier: tier)
        let limit = min(max(1, body.limit ?? Limits.alertsPerPageMax), Limits.alertsPerPageMax)
        let since = body.sinceMilliseconds.map(Timestamp.init(milliseconds:))
        var old: [UInt16: AlertTail.Place] = [:]
        for index in ownedIndices {
            let shard = UInt16(index)
            let place = cursor.place(in: shard)
            old[shard] = alerts.rowsEnd(
                of: shard,
                after: AlertTail.Place(
                    epoch: place?.epoch ?? .none, sequence: place?.sequence ?? 0))
        }
        guard old.isEmpty else {
            alertReads.append(
                AlertRead(
                    request: request, cursor: cursor, since: since, limit: limit, shards: old))
            return true
        }
        let page = alerts.records(after: cursor, since: since, limit: limit)
        guard isFinal || !page.records.isEmpty || page.cursor != cursor else { return false }
        replyPage(
            to: request, page.records, cursor: page.cursor, gaps: page.gaps,
            isComplete: page.isComplete)
        return true
    }

    /// The rows gave what they have: answers the reader, who asks on from the new cursor. Every
    /// such page moves the cursor, also when retention has removed all that it asked for.
    package mutating func alertsRead(_ found: AlertsFound) {
        let read = found.read
        guard let request = read.request else { return copied(found) }
        var cursor = read.cursor
        for (shard, place) in found.emptied { cursor.advance(to: place.cursorPlace(in: shard)) }
        for gap in found.gaps { cursor.advance(to: gap.resume.cursorPlace(in: gap.shard)) }
        for alert in found.records {
            cursor.advance(
                to: AlertCursor.Place(
                    shard: alert.shard, epoch: alert.epoch, sequence: alert.sequence))
        }
        let kept = found.records.filter { alert in read.since.map { alert.at >= $0 } ?? true }
        replyPage(to: request, kept, cursor: cursor, gaps: found.gaps, isComplete: false)
    }

    private mutating func replyPage(
        to request: Request, _ records: [LoggedAlert], cursor: AlertCursor, gaps: [AlertGap],
        isComplete: Bool
    ) {
        var packer = Packer()
        packer.packMapHeader(7)
        packer.packKey("version")
        packer.packUInt(UInt64(DocumentFormat.version))
        packer.packKey("tier")
        packer.packString(tier.name)
        packer.packKey("alerts")
        packer.packArrayHeader(records.count)
        for record in records { packer.packRaw(record.document) }
        packer.packKey("cursor")
        packer.packRaw(Payload.pack(cursor))
        packer.packKey("gaps")
        packer.packArrayHeader(gaps.count)
        for gap in gaps { pack(gap, into: &packer) }
        packer.packKey("isComplete")
        packer.packBool(isComplete)
        packer.packKey("placementVersion")
        packer.packUInt(placement?.version ?? 0)
        reply(to: request, packer.bytes)
    }

    private func pack(_ gap: AlertGap, into packer: inout Packer) {
        packer.packMapHeader(5)
        packer.packKey("shard")
        packer.packUInt(UInt64(gap.shard))
        packer.packKey("fromEpoch")
        packer.packUInt(UInt64(gap.from.epoch.rawValue))
        packer.packKey("fromSequence")
        packer.packUInt(gap.from.sequence)
        packer.packKey("resumeEpoch")
        packer.packUInt(UInt64(gap.resume.epoch.rawValue))
        packer.packKey("resumeSequence")
        // The cursor stands before the first record that is there again; the page names it.
        packer.packUInt(gap.resume.sequence + 1)
    }
}

extension AlertTail.Place {
    fileprivate func cursorPlace(in shard: UInt16) -> AlertCursor.Place {
        AlertCursor.Place(shard: shard, epoch: epoch, sequence: sequence)
    }
}
