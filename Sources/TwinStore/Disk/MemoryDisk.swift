import Dispatch
import Synchronization

/// The disk of tests and of the cluster simulator: keeps files in memory and misbehaves on demand.
///
/// It distinguishes what is visible from what is durable as an operating system does, so that
/// `copy(after:)` shows what the next process would find after a crash or a power cut. Faults are
/// planned with `fail`; syncs can be made to wait with `holdSyncs`. Everything random comes from a
/// seed.
package final class MemoryDisk: Disk {
    fileprivate struct State: Sendable {
        var image = MemoryImage()
        var faults: [DiskFault] = []
        var operations = 0
        var holdsSyncs = false
        var heldSyncs: [DispatchSemaphore] = []
    }

    private let state: Mutex<State>
    /// Signalled once for every sync that starts to wait.
    private let syncIsHeld = DispatchSemaphore(value: 0)

    package init() { state = Mutex(State()) }

    private init(image: MemoryImage) {
        var first = State()
        first.image = image
        state = Mutex(first)
    }

    // MARK: faults

    /// Creations, writes, syncs, renames and removals asked for so far, failed ones included.
    package var operationCount: Int { state.withLock { $0.operations } }

    /// Lets `after` further operations succeed, then fails all that follow. A failing write leaves
    /// its first half behind. Nil means operations of every kind.
    package func fail(
        _ operation: DiskOperation? = nil, after count: Int = 0, with kind: StoreError.Kind
    ) {
        state.withLock {
            $0.faults.append(DiskFault(operation: operation, kind: kind, after: count))
        }
    }

    /// Ends all planned failures.
    package func heal() {
        state.withLock { $0.faults.removeAll() }
    }

    /// A new disk with what the next process finds after `outage`; this one stays as it is.
    package func copy(after outage: Outage) -> MemoryDisk {
        MemoryDisk(image: state.withLock { $0.image.after(outage) })
    }

    /// Changes one bit of what is stored, as a failing device would. Throws `missing`.
    package func flip(bit: Int, of name: String, at offset: Int) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            state.image.flip(bit: bit, of: try state.inode(name), at: offset)
        }
    }

    /// The bytes a reader sees now. Throws `missing`.
    package func contents(of name: String) throws(StoreError) -> [UInt8] {
        try state.withLock { (state) throws(StoreError) in
            state.image.inodes[try state.inode(name)].visible
        }
    }

    /// Makes every sync from now on wait for `releaseSyncs`.
    package func holdSyncs() {
        state.withLock { $0.holdsSyncs = true }
    }

    /// Blocks until a sync waits; one call per waiting sync.
    package func waitForHeldSync() { syncIsHeld.wait() }

    /// Lets the waiting syncs, and all later ones, go on.
    package func releaseSyncs() {
        let held = state.withLock { state in
            state.holdsSyncs = false
            defer { state.heldSyncs.removeAll() }
            return state.heldSyncs
        }
        for semaphore in held { semaphore.signal() }
    }

    // MARK: Disk

    package func create(_ name: String, bytes: UInt64) throws(StoreError) -> MemoryFile {
        let inode = try state.withLock { (state) throws(StoreError) in
            try state.begin(.create, name)
            guard state.image.names[name] == nil else {
                throw StoreError(.inputOutput, "could not create: the file exists", file: name)
            }
            return state.image.create(name, bytes: Int(bytes))
        }
        return MemoryFile(disk: self, name: name, inode: inode)
    }

    package func open(_ name: String, for access: DiskAccess) throws(StoreError) -> MemoryFile {
        let inode = try state.withLock { (state) throws(StoreError) in try state.inode(name) }
        return MemoryFile(disk: self, name: name, inode: inode)
    }

    package func names() -> [String] {
        state.withLock { $0.image.names.keys.sorted() }
    }

    package func rename(_ name: String, to newName: String) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            try state.begin(.rename, name)
            _ = try state.inode(name)
            state.image.change(.rename(name, to: newName))
        }
    }

    package func remove(_ name: String) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            try state.begin(.remove, name)
            _ = try state.inode(name)
            state.image.change(.remove(name))
        }
    }

    package func syncDirectory() throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            try state.begin(.syncDirectory, "directory")
            state.image.syncNames()
        }
    }

    // MARK: MemoryFile

    func size(of inode: Int) -> Int {
        state.withLock { $0.image.inodes[inode].visible.count }
    }

    func read(_ count: Int, of inode: Int, at offset: Int) -> [UInt8] {
        state.withLock { state in
            let bytes = state.image.inodes[inode].visible
            let start = min(offset, bytes.count)
            return [UInt8](bytes[start..<min(bytes.count, start + count)])
        }
    }

    func write(
        _ bytes: [UInt8], to inode: Int, at offset: Int, name: String
    ) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            do throws(StoreError) {
                try state.begin(.write, name)
            } catch {
                let half = [UInt8](bytes.prefix(bytes.count / 2))
                state.image.write(half, to: inode, at: offset)
                throw error
            }
            state.image.write(bytes, to: inode, at: offset)
        }
    }

    func sync(_ inode: Int, name: String) throws(StoreError) {
        let gate: DispatchSemaphore? = state.withLock { state in
            guard state.holdsSyncs else { return nil }
            let semaphore = DispatchSemaphore(value: 0)
            state.heldSyncs.append(semaphore)
            return semaphore
        }
        if let gate {
            syncIsHeld.signal()
            gate.wait()
        }
        try state.withLock { (state) throws(StoreError) in
            try state.begin(.sync, name)
            state.image.sync(inode)
        }
    }
}

extension MemoryDisk.State {
    fileprivate func inode(_ name: String) throws(StoreError) -> Int {
        guard let inode = image.names[name] else {
            throw StoreError(.missing, "could not open the file: it does not exist", file: name)
        }
        return inode
    }

    /// Counts an operation and fails it when that was planned.
    fileprivate mutating func begin(
        _ operation: DiskOperation, _ name: String
    ) throws(StoreError) {
        operations += 1
        for index in faults.indices {
            guard faults[index].operation.map({ $0 == operation }) ?? true else { continue }
            if faults[index].after == 0 {
                throw StoreError(
                    faults[index].kind, "could not \(operation): planned failure", file: name)
            }
            faults[index].after -= 1
        }
    }
}
