internal import Logging
internal import TwinCore
internal import TwinStore
internal import TwinWire
internal import ZeroMQ

/// The broker's world in production: its two sockets, its state directory and its log.
struct BrokerSockets: BrokerPort, ~Copyable {
    var clients: Socket
    var services: Socket
    let directory: BrokerDirectory
    let log: Logger

    mutating func receive(
        from side: RouteFrame.Side, into message: inout Message
    ) throws -> Socket.Received {
        switch side {
        case .client: try clients.receive(into: &message)
        case .service: try services.receive(into: &message)
        }
    }

    mutating func send(
        _ message: borrowing Message, to side: RouteFrame.Side
    ) throws -> Socket.Sent {
        switch side {
        case .client: try clients.send(message)
        case .service: try services.send(message)
        }
    }

    mutating func store(_ record: BrokerRecord) throws { try directory.placement.write(record) }

    func say(_ note: BrokerNote) {
        var metadata = Logger.Metadata()
        for (name, value) in note.details { metadata[name] = .string(value) }
        log.log(level: note.level.logLevel, "\(note.sentence)", metadata: metadata)
    }
}

extension BrokerNote.Level {
    fileprivate var logLevel: Logger.Level {
        switch self {
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
