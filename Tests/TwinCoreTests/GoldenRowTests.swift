import Foundation
import Msgpack
import Testing
import TwinCore

/// Rows as the release of November 2026 wrote them: whatever writes rows later reads these.
@Suite("A row of an older release")
struct GoldenRowTests {
    /// A server with ten reports of ten metrics, commissioned once.
    private static let server = """
        3AAiqGJlbmNoLXMxAYenYWRkcmVzc69zZXJ2ZXIvYmVuY2gtczGtaGlnaGVzdE51bWJlcgCpaW5jaWRlbnRzkKZy
        ZWNlbnSQq21haW50ZW5hbmNlkKhsb2NhdGlvboKiZGOlYmVuY2ikcmFja6hiZW5jaC1yMKZsYWJlbHORgqRuYW1l
        qXNpbXVsYXRlZKV2YWx1ZaR0cnVlkgGUqGJlbmNoLXIwpWJlbmNokYKkbmFtZalzaW11bGF0ZWSldmFsdWWkdHJ1
        Zc0nEAHPAAABogWfU+dkAVEAAAAAwpDECQABWACzAAAAAM0INAEBzwAAAaIFn1u3gqRib290AKppc0J1ZmZlcmVk
        ws0ZyM1n6ACCqGludGVydmFszScQpXJlbGF5qnR3aW4tYmVuY2iVCgAAAADAAMT8CgAKALdbnwWiAQAAAAAAAF0t
        kCJxLs4s4ioNHgAADRxhO4VJ9AEAAF0tkCJxLs4s4ioNHgAADRxhO4VJ9AEAAF0tkCJxLs4s4ioNHgAADRxhO4VJ
        9AEAAF0tkCJxLs4s4ioNHgAADRxhO4VJ9AEAAF0tkCJxLs4s4ioNHgAADRxhO4VJ9AEAAF0tkCJxLs4s4ioNHgAA
        DRxhO4VJ9AEAAF0tkCJxLs4s4ioNHgAADRxhO4VJ9AEAAF0tkCJxLs4s4ioNHgAADRxhO4VJ9AEAAF0tkCJxLs4s
        4ioNHgAADRxhO4VJ9AEAAF0tkCJxLs4s4ioNHgAADRxhO4VJxQH6CgBfiQIAAAAAAEttnwWiAQAAlBEAAAAAAAD/
        /////////////////////////////////////////0tB1z5LQdc+S0HXPgAAAAD/////////////////////////
        //////////////////wAJDz8ACQ8/AAkPAAAAAD///////////////////////////////////////////FQHD/x
        UBw/8VAcPwAAAAD//////////////////////////////////////////xRhsz4UYbM+FGGzPgAAAAD/////////
        /////////////////////////////////xyBOD4cgTg+HIE4PgAAAAD/////////////////////////////////
        //////////0zAzv9MwM7/TMDOwAAAAD//////////////////////////////////////////wAAAAAAAAAAAAAA
        AAAAAAD///////////////////////////////////////////0zgzr9M4M6/TODOgAAAAD/////////////////
        /////////////////////////0w3WEJMN1hCTDdYQgAAAAD/////////////////////////////////////////
        /5o54UWaOeFFmjnhRQAAAADEKEtB1z78ACQ88VAcPxRhsz4cgTg+/TMDOwAAAAD9M4M6TDdYQpo54UWQkJA=
        """
    /// Its shard.
    private static let shard = """
        i6VlcG9jaAGyY29uZGl0aW9uc1Bvc2l0aW9uAKpjb25kaXRpb25zhqVmbG9vcgCraXNPYnNlcnZpbmfCrWNvbmZp
        Z3VyYXRpb26CqHBhZ2VGcm9tpWVycm9ysGFsbG93c1NpbXVsYXRpb27DsnVuaGVhcmRDaGlsZFNoYXJkc5CvY2hp
        bGRTaGFyZENvdW50AKxzb3VyY2VFcG9jaHOQqHBvc2l0aW9uzQP4p3J1bm5pbmfNH6StZWxhcHNlZE9mZnNldNCc
        q25leHRPcmRpbmFsT69oaWdoZXN0SW5jaWRlbnQArWFsZXJ0U2VxdWVuY2UAqm1ldHJpY1NldHORmrZzeXN0ZW0u
        Y3B1LnV0aWxpemF0aW9usXN5c3RlbS5jcHUuaW93YWl0uXN5c3RlbS5tZW1vcnkudXRpbGl6YXRpb269c3lzdGVt
        LmZpbGVzeXN0ZW0udXRpbGl6YXRpb263c3lzdGVtLmRpc2sudXRpbGl6YXRpb26zc3lzdGVtLmRpc2subGF0ZW5j
        ebVzeXN0ZW0ubmV0d29yay5lcnJvcnO7c3lzdGVtLnRjcC5yZXRyYW5zbWl0X3JhdGlvrmh3LnRlbXBlcmF0dXJl
        rGh3LmZhbi5zcGVlZKhwcm9maWxlc5GCqGludGVydmFszScQpXJlbGF5qnR3aW4tYmVuY2g=
        """

    private func bytes(_ text: String) throws -> [UInt8] {
        let data = try #require(
            Data(base64Encoded: text, options: .ignoreUnknownCharacters))
        return [UInt8](data)
    }

    @Test("of a shard opens, and is written the same again")
    func shard() throws {
        let golden = try bytes(Self.shard)
        let header = try MsgpackDecoder.decode(ShardHeader.self, from: golden)
        #expect(header.metricSets[0]?.names.count == 10)
        #expect(header.profiles == [ReporterProfile(interval: .seconds(10), relay: "twin-bench")])
        #expect(try MsgpackEncoder.encode(header) == golden)
    }

    @Test("of a server opens with all its reports, and is written the same again")
    func server() throws {
        let header = try MsgpackDecoder.decode(ShardHeader.self, from: try bytes(Self.shard))
        let golden = try bytes(Self.server)
        let twin = try MsgpackDecoder.decode(
            ServerTwin.self, from: golden.span, userInfo: [.metricSets: header.metricSets])
        #expect(twin.key.description == "bench-s1")
        #expect(twin.window.count == 10)
        #expect(twin.latest.values.count == 10)
        #expect(twin.statusWord == "healthy")
        #expect(try MsgpackEncoder.encode(twin) == golden)
    }
}
