import TwinRuntime
import TwinStore

/// A copy of all that survives an instance's process, as its `backup` command makes it.
struct InstanceBackup {
    let disk: MemoryDisk
    let rows: MemoryRows
    let identity: MemberIdentity
}
