import Msgpack
import TwinCore
import TwinWire

/// The hands that cheat: changes messages between an instance and its world as a mutation wants.
struct Tampering {
    let mutation: Mutation?
    private var firstAnswers: [String: [UInt8]] = [:]
    private var requests: [UInt64: String] = [:]
    private var oldEntries: [String: StatusBatch<ServerStatus>.Entry] = [:]
    private var pages = 0

    init(_ mutation: Mutation?) { self.mutation = mutation }

    /// What an instance reads instead of what came.
    mutating func received(_ frames: [[UInt8]]) -> [[[UInt8]]] {
        switch mutation {
        case .takeReportsTwice: return [frames] + later(frames)
        case .dropVersions: return [dated(frames)]
        case .loseReceipts:
            guard let header = frames.dropLast().last else { return [frames] }
            return envelope(header)?.type == .statuses && frames.count == 2 ? [] : [frames]
        case .staleAnswers:
            note(frames)
            return [frames]
        default: return [frames]
        }
    }

    /// What leaves an instance instead of what it sent.
    mutating func sent(_ frames: [[UInt8]]) -> [[UInt8]] {
        guard frames.count == 3, let envelope = envelope(frames[1]), envelope.kind == .reply else {
            return frames
        }
        switch mutation {
        case .staleAnswers:
            guard envelope.type == .getServer,
                let asked = requests.removeValue(forKey: envelope.requestID)
            else { return frames }
            let payload = firstAnswers[asked] ?? frames[2]
            firstAnswers[asked] = payload
            return [frames[0], frames[1], payload]
        case .loseAlerts, .repeatAlerts:
            guard envelope.type == .readAlerts else { return frames }
            return [frames[0], frames[1], page(frames[2])]
        default: return frames
        }
    }

    private func envelope(_ bytes: [UInt8]) -> Envelope? {
        do {
            return try Envelope(bytes.span)
        } catch {
            return nil
        }
    }

    private mutating func note(_ frames: [[UInt8]]) {
        guard frames.count == 4, let envelope = envelope(frames[2]), envelope.type == .getServer
        else { return }
        requests[envelope.requestID] = String(decoding: frames[1], as: UTF8.self)
    }

    /// The same reports a millisecond later: a twin that knows no times takes both.
    private func later(_ frames: [[UInt8]]) -> [[[UInt8]]] {
        guard frames.count == 4, envelope(frames[2])?.type == .reportBatch else { return [] }
        do {
            let payload = frames[3]
            var reader = try ReportBatchReader(payload.span)
            var header = reader.header
            header.baseTime = header.baseTime + Milliseconds(rawValue: 1)
            var writer = ReportBatchWriter(header: header)
            while let entry = try reader.next() {
                guard case .report(let report) = entry else { continue }
                var values: [Float] = []
                report.appendValues(to: &values)
                _ = writer.append(
                    key: try report.twinKey, at: report.at + Milliseconds(rawValue: 1),
                    values: values)
            }
            return [[frames[0], frames[1], frames[2], writer.payload]]
        } catch {
            return []
        }
    }

    /// A batch in which old statuses stand under the versions of new ones.
    private mutating func dated(_ frames: [[UInt8]]) -> [[UInt8]] {
        guard frames.count == 4, envelope(frames[2])?.type == .statuses else { return frames }
        do {
            var batch = try MsgpackDecoder.decode(
                StatusBatch<ServerStatus>.self, from: frames[3])
            for index in batch.entries.indices where batch.entries[index].status != nil {
                let key = "\(batch.entries[index].child) \(batch.entries[index].parent)"
                guard let old = oldEntries[key] else {
                    oldEntries[key] = batch.entries[index]
                    continue
                }
                batch.entries[index].status = old.status
            }
            return [frames[0], frames[1], frames[2], Payload.pack(batch)]
        } catch {
            return frames
        }
    }

    private mutating func page(_ payload: [UInt8]) -> [UInt8] {
        do {
            var page = try MsgpackDecoder.decode(AlertsPage.self, from: payload)
            guard let first = page.alerts.first else { return payload }
            pages += 1
            guard pages % 4 == 0 else { return payload }
            if mutation == .loseAlerts { page.alerts.removeFirst() }
            if mutation == .repeatAlerts { page.alerts.insert(first, at: 0) }
            return Payload.pack(page)
        } catch {
            return payload
        }
    }
}
