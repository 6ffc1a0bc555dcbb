/// What a `MemoryDisk` holds: files, the writes that no sync has covered, and names likewise.
struct MemoryImage: Sendable {
    /// The unit in which a power cut keeps or loses a write, in bytes.
    static let sectorBytes = 512
    /// Unsynced writes kept per file; older ones count as written back by the system.
    static let pendingWritesMax = 1_024

    struct PendingWrite: Sendable {
        let offset: Int
        let bytes: [UInt8]
    }

    struct Inode: Sendable {
        var visible: [UInt8]
        var durable: [UInt8]
        var pending: [PendingWrite] = []

        init(bytes: Int) {
            visible = [UInt8](repeating: 0, count: bytes)
            durable = visible
        }
    }

    enum NameChange: Sendable {
        case add(String, inode: Int)
        case rename(String, to: String)
        case remove(String)
    }

    /// Never shrinks: open files keep their index.
    private(set) var inodes: [Inode] = []
    private(set) var names: [String: Int] = [:]
    private var durableNames: [String: Int] = [:]
    private var pendingNames: [NameChange] = []

    mutating func create(_ name: String, bytes: Int) -> Int {
        inodes.append(Inode(bytes: bytes))
        change(.add(name, inode: inodes.count - 1))
        return inodes.count - 1
    }

    mutating func change(_ change: NameChange) {
        Self.apply(change, to: &names)
        pendingNames.append(change)
    }

    mutating func write(_ bytes: [UInt8], to inode: Int, at offset: Int) {
        if inodes[inode].pending.count == Self.pendingWritesMax {
            let oldest = inodes[inode].pending.removeFirst()
            Self.put(oldest.bytes[...], into: &inodes[inode].durable, at: oldest.offset)
        }
        inodes[inode].pending.append(PendingWrite(offset: offset, bytes: bytes))
        Self.put(bytes[...], into: &inodes[inode].visible, at: offset)
    }

    mutating func sync(_ inode: Int) {
        // What is pending is all that differs; copying the whole file would cost its size.
        for write in inodes[inode].pending {
            Self.put(write.bytes[...], into: &inodes[inode].durable, at: write.offset)
        }
        inodes[inode].pending.removeAll()
    }

    mutating func syncNames() {
        durableNames = names
        pendingNames.removeAll()
    }

    mutating func flip(bit: Int, of inode: Int, at offset: Int) {
        inodes[inode].visible[offset] ^= 1 << UInt8(bit)
        inodes[inode].durable[offset] ^= 1 << UInt8(bit)
    }

    /// What the next process finds after `outage`.
    func after(_ outage: Outage) -> MemoryImage {
        var image = self
        switch outage {
        case .processCrash:
            return image
        case .powerCut:
            image.names = durableNames
            for index in image.inodes.indices {
                image.inodes[index].visible = image.inodes[index].durable
            }
        case .tornPowerCut(let seed):
            image.tear(seed: seed)
        }
        for index in image.inodes.indices {
            image.inodes[index].durable = image.inodes[index].visible
            image.inodes[index].pending.removeAll()
        }
        image.durableNames = image.names
        image.pendingNames.removeAll()
        return image
    }

    private mutating func tear(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        names = durableNames
        for change in pendingNames.prefix(Int.random(in: 0...pendingNames.count, using: &random)) {
            Self.apply(change, to: &names)
        }
        for index in inodes.indices {
            var bytes = inodes[index].durable
            for write in inodes[index].pending {
                var start = 0
                while start < write.bytes.count {
                    let sectorEnd =
                        ((write.offset + start) / Self.sectorBytes + 1) * Self.sectorBytes
                    let end = min(write.bytes.count, sectorEnd - write.offset)
                    if Bool.random(using: &random) {
                        Self.put(write.bytes[start..<end], into: &bytes, at: write.offset + start)
                    }
                    start = end
                }
            }
            inodes[index].visible = bytes
        }
    }

    private static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .add(let name, let inode): names[name] = inode
        case .rename(let name, let newName): names[newName] = names.removeValue(forKey: name)
        case .remove(let name): names[name] = nil
        }
    }

    private static func put(_ piece: ArraySlice<UInt8>, into bytes: inout [UInt8], at offset: Int) {
        let end = offset + piece.count
        if bytes.count < end {
            bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
        }
        bytes.replaceSubrange(offset..<end, with: piece)
    }
}
