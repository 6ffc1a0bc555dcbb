import TwinCore

/// No queue ever exceeds its limit.
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
        guard world.network.longestQueue > Limits.serviceQueueMessages else { return }
        world.fail(name, "a connection held \(world.network.longestQueue) messages")
    }
}
