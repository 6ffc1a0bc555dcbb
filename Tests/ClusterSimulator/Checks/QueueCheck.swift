import TwinCore
import TwinWire

/// No queue ever exceeds its limit: of an instance, of a connection, of the broker.
final class QueueCheck: Checker {
    let name = "queues"

    func look(in world: World) {
        for process in world.instances {
            for queue in process.queues where queue.count > queue.limit {
                world.fail(
                    name,
                    "\(process.name) holds \(queue.count) \(queue.name), at most "
                        + "\(queue.limit) are allowed")
            }
        }
        if world.broker.heldMost > Limits.heldMessagesMax {
            world.fail(name, "the broker held \(world.broker.heldMost) messages for a shard")
        }
        checkBroker(in: world)
        checkConnections(in: world)
        guard world.network.longestQueue > Limits.serviceQueueMessages else { return }
        world.fail(name, "a connection held \(world.network.longestQueue) messages")
    }

    /// An instance lets the broker send no more than a window beyond what it has taken, and the
    /// broker keeps to it.
    private func checkBroker(in world: World) {
        for flow in world.broker.flows {
            guard let process = world.instances.first(where: { $0.name == flow.instance.text })
            else { continue }
            let link = world.network.links[process.link]
            if flow.forwarded > flow.credit {
                world.fail(
                    name,
                    "\(flow.instance) was sent \(flow.forwarded) bytes and takes \(flow.credit)")
            }
            // The broker may not know yet that the connection has broken.
            guard flow.routingID == link.routingID else { continue }
            // What the network carries twice is taken twice and counted once.
            let taken = UInt64(link.settledBytes + link.repeatedBytes)
            guard flow.credit > taken + flow.window else { continue }
            world.fail(
                name,
                "\(flow.instance) takes \(flow.credit) bytes, was sent \(flow.forwarded), of which "
                    + "\(taken) have come, and has a window of \(flow.window)")
        }
    }

    private func checkConnections(in world: World) {
        for (index, link) in world.network.links.enumerated() {
            let limit = world.network.queueMax(index)
            // What was on its way when a connection broke comes on top, once.
            let counts = [
                ("sent and unread by the broker", link.up.count + link.outbox.count + link.unread),
                ("sent by the broker", link.down.count + link.inbox.count),
            ]
            for (words, count) in counts where count > 2 * limit {
                world.fail(
                    name, "\(link.name) has \(count) messages \(words), at most \(limit)")
            }
            let bytes = (link.inbox + link.down.waiting).reduce(0) { sum, frames in
                sum + frames.reduce(0) { $0 + $1.count }
            }
            guard link.side == .service, bytes > Self.bytesMax else { continue }
            world.fail(name, "\(link.name) has \(bytes) bytes on their way to it")
        }
    }

    /// The credit, and as much again for what is none: answers of the broker and of instances.
    private static let bytesMax = 2 * Int(Limits.instanceCreditBytes)
}
