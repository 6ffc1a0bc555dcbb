/// What the broker holds while a shard moves is passed on or answered: of the requests that it has
/// read from clients none but the held ones are open between two turns.
final class HoldCheck: Checker {
    let name = "holds"

    func look(in world: World) {
        let unsettled = world.broker.unsettledCount
        guard unsettled > world.broker.heldCount else { return }
        world.fail(
            name,
            "the broker has read \(unsettled) requests that it neither passed on nor answered, "
                + "and holds \(world.broker.heldCount)")
    }
}
