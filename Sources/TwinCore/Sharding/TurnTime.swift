/// The two times of one turn: the instance's durable running time and the wall clock.
package struct TurnTime: Equatable, Sendable {
    /// Milliseconds the instance has lived through; a shard's elapsed is this plus its offset.
    package var running: Milliseconds
    package var wall: Timestamp

    package init(running: Milliseconds, wall: Timestamp) {
        self.running = running
        self.wall = wall
    }
}
