import Testing
import TwinWire

/// The opaque way back that the broker prefixes and reads again.
struct RouteFrameTests {
    @Test(
        "a route comes back as it went", arguments: [RouteFrame.Side.client, .service],
        [true, false])
    func roundTrip(side: RouteFrame.Side, hasDelimiter: Bool) {
        let route = RouteFrame(
            side: side, hasDelimiter: hasDelimiter, brokerNonce: 0x0102_0304_0506_0708,
            routingID: [0, 0x6b, 0x8b, 0x45, 0x67])
        #expect(RouteFrame(route.bytes.span) == route)
    }

    @Test("side, delimiter, nonce in little-endian order, routing id")
    func layout() {
        let route = RouteFrame(
            side: .service, hasDelimiter: true, brokerNonce: 0x0102_0304_0506_0708,
            routingID: [0xaa])
        #expect(route.bytes == [1, 1, 8, 7, 6, 5, 4, 3, 2, 1, 0xaa])
    }

    @Test(
        "what is shorter than a route, or of another side, is none",
        arguments: [
            [], [0], [0, 0, 1, 2, 3, 4, 5, 6, 7, 8], [2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
            [0xff, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        ] as [[UInt8]])
    func foreign(_ bytes: [UInt8]) {
        #expect(RouteFrame(bytes.span) == nil)
    }
}
