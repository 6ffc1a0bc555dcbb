internal import TwinCore
internal import TwinRuntime
internal import TwinStore

/// Bytes as `placement.json`: as they are after a first byte 0, else as a record under the frame
/// and checksum that it should have.
enum PlacementCheck {
    static func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let first = bytes.first else { return }
        let body = Array(bytes.dropFirst())
        let record: BrokerRecord?
        do throws(StoreError) {
            record = try file(holding: first == 0 ? body : framed(body)).read()
        } catch {
            return try Expectation.sentence(error.sentence)
        }
        guard let record else { throw FuzzFinding("a file that is there was not found") }
        let again = try Expectation.again("a placement") {
            let file = try file(holding: body)
            try file.write(record)
            return try file.read()
        }
        try Expectation.that(again == record, "a placement came back as another")
    }

    private static func file(
        holding bytes: [UInt8]
    ) throws(StoreError) -> PlacementFile<MemoryDisk> {
        let disk = MemoryDisk()
        let name = PlacementFile<MemoryDisk>.name
        try disk.create(name, bytes: 0).write(bytes.span, at: 0)
        return PlacementFile(on: disk)
    }

    private static func framed(_ body: [UInt8]) -> [UInt8] {
        let digits = String(CRC32.checksum(body), radix: 16)
        let checksum = String(repeating: "0", count: 8 - digits.count) + digits
        return Array("{\"format\":1,\"crc32\":\"\(checksum)\",\"record\":".utf8) + body
            + Array("}\n".utf8)
    }
}
