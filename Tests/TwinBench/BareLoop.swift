import Dispatch
import Msgpack
import Synchronization
import TwinCore
import TwinRuntime
import TwinWire
import ZeroMQ

/// The two hops of a report without anything that thinks: ROUTER–ROUTER in one thread, a DEALER
/// that answers in another, TCP between them and the client.
///
/// Frames, sizes and routes are those of the cluster. It runs until the process ends.
final class BareLoop: Sendable {
    /// What a client connects to.
    let endpoint: String

    private let threads: [DedicatedThread]

    /// - Parameter answer: the payload that every message gets back.
    init(answer: [UInt8]) throws {
        let endpoints = Mutex<Result<[String], any Error>?>(nil)
        let isBound = DispatchSemaphore(value: 0)
        let router = DedicatedThread(name: "bare-router") {
            do {
                var clients = try Self.bound()
                var services = try Self.bound()
                let names = [try clients.boundEndpoint, try services.boundEndpoint]
                endpoints.withLock { $0 = .success(names) }
                isBound.signal()
                try Self.route(&clients, &services)
            } catch {
                endpoints.withLock { $0 = $0 ?? .failure(error) }
                isBound.signal()
                throw error
            }
        }
        isBound.wait()
        guard let names = try endpoints.withLock({ $0 })?.get() else {
            throw BenchError("the bare loop has no endpoint")
        }
        endpoint = names[0]
        let service = DedicatedThread(name: "bare-service") {
            try Self.serve(names[1], answer: answer)
        }
        threads = [router, service]
    }

    private static var options: SocketOptions {
        var options = SocketOptions()
        options.sendQueueMax = Limits.serviceQueueMessages
        options.receiveQueueMax = Limits.serviceQueueMessages
        options.queuesOnlyToConnected = true
        return options
    }

    private static func bound() throws -> Socket {
        var socket = try Socket(.router, in: try Context(), options: options)
        try socket.bind("tcp://127.0.0.1:*")
        return socket
    }

    /// Client → service: `[service][client][rest]`; back: `[client][rest]`.
    private static func route(_ clients: inout Socket, _ services: inout Socket) throws {
        var poller = Poller()
        let clientItem = poller.add(clients)
        _ = poller.add(services)
        var incoming = Message()
        var outgoing = Message()
        var service: [UInt8] = []
        while true {
            // Nobody's message waits inside before somebody can take it.
            poller.setInterest(service.isEmpty ? [] : .readable, of: clientItem)
            _ = try poller.wait(timeoutMilliseconds: nil)
            while try services.receive(into: &incoming) == .message {
                guard incoming.frameCount > Self.greetingFrames else {
                    service = incoming.bytes(0)
                    continue
                }
                outgoing.removeAll()
                for index in 1..<incoming.frameCount { outgoing.append(incoming.frame(index)) }
                _ = try clients.send(outgoing)
            }
            guard !service.isEmpty else { continue }
            while try clients.receive(into: &incoming) == .message {
                outgoing.removeAll()
                outgoing.append(service)
                for index in 0..<incoming.frameCount { outgoing.append(incoming.frame(index)) }
                _ = try services.send(outgoing)
            }
        }
    }

    /// Who the service is and an empty frame: it tells that it is there.
    private static let greetingFrames = 2

    /// `[client][destination][envelope][payload]` → `[client][envelope][answer]`.
    private static func serve(_ endpoint: String, answer: [UInt8]) throws {
        var socket = try Socket(.dealer, in: try Context(), options: options)
        try socket.connect(endpoint)
        var poller = Poller()
        let item = poller.add(socket, for: .writable)
        _ = try poller.wait(timeoutMilliseconds: nil)
        _ = try socket.send([[]])
        poller.setInterest(.readable, of: item)
        var incoming = Message()
        var outgoing = Message()
        var packer = Packer()
        while true {
            _ = try poller.wait(timeoutMilliseconds: nil)
            while try socket.receive(into: &incoming) == .message {
                let envelope = try Envelope(incoming.frame(2))
                packer.removeAll()
                envelope.reply(envelope.type).pack(into: &packer)
                outgoing.removeAll()
                outgoing.append(incoming.frame(0))
                outgoing.append(packer.bytes)
                outgoing.append(answer)
                _ = try socket.send(outgoing)
            }
        }
    }
}
