package import Msgpack
internal import TwinCore

/// What children and parents tell each other, all the time.
extension StatusBatch.Entry: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(status == nil ? 5 : 6)
        packer.packKey("shard")
        packer.packUInt(UInt64(shard))
        packer.packKey("epoch")
        packer.packUInt(UInt64(epoch.rawValue))
        packer.packKey("parent")
        packer.pack(parent)
        packer.packKey("child")
        packer.pack(child)
        packer.packKey("version")
        packer.pack(version)
        guard let status else { return }
        packer.packKey("status")
        packer.pack(rare: status)
    }
}

extension ReceiptBatch.Entry: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(4)
        packer.packKey("shard")
        packer.packUInt(UInt64(shard))
        packer.packKey("epoch")
        packer.packUInt(UInt64(epoch.rawValue))
        packer.packKey("child")
        packer.pack(child)
        packer.packKey("receipt")
        receipt.pack(into: &packer)
    }
}
