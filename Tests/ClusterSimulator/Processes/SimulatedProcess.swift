import TwinCore
import TwinStore

/// One process of the cluster, with the machine that it runs on.
protocol SimulatedProcess: AnyObject {
    var name: String { get }
    /// Its place among the world's processes.
    var index: Int { get }
    /// Grows at every start and every end.
    var life: UInt64 { get }
    var isUp: Bool { get }
    var clock: MachineClock { get set }
    /// It does not run until then, and does not notice.
    var pausedUntil: Int64 { get set }

    func start()
    func turn()
    func wake(at time: Int64)
    func messageArrived()
    func synced()
    func rowsDone()
    func crash(_ outage: Outage)
    /// The disk does `operations` more, then fails until the process has ended.
    func failDisk(after operations: Int, with kind: StoreError.Kind)
    func healDisk()
}
