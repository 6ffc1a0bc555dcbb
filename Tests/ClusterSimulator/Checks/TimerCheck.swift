/// Every twin that wants to be woken is woken, also by a process that has just recovered: what
/// nobody reports any more is found by timers alone.
final class TimerCheck: Checker {
    let name = "timers"

    /// Looking at all twins costs: one look of so many.
    private static let looksPerCheck: Int64 = 5

    func look(in world: World) {
        guard world.scheduler.now / 1_000 % Self.looksPerCheck == 0 else { return }
        for process in world.instances {
            guard let overdue = process.overdue else { continue }
            world.fail(
                name,
                "\(process.name) should have woken \(overdue.twin) "
                    + "\(overdue.milliseconds) ms ago")
        }
    }
}
