/// Something that happens at a planned time. A `life` makes what was planned for a process or a
/// connection that has ended since come to nothing.
enum WorldEvent {
    /// A process has something to do.
    case turn(process: Int, life: UInt64)
    /// A process begins anew, after a crash.
    case start(process: Int)
    /// The sync that a process waits for has ended.
    case synced(process: Int, life: UInt64)
    /// The rows of a process have done the next thing that was asked of them.
    case rowsDone(process: Int, life: UInt64)
    /// The next message of a lane has arrived.
    case arrival(link: Int, lane: Lane.Direction, connection: UInt64)
    /// A connection that broke is tried again.
    case reconnect(link: Int, connection: UInt64)
    /// A client looks at its requests.
    case client(Int)
    case fault(Int)
    case faultEnds(Int)
    /// The checkers look.
    case look
    /// In some runs a rack falls silent, to be back but for one server when faults are over.
    case lastOutage
    /// No faults and no operations from now on.
    case calm
}
