import Testing
import ZeroMQ

@Suite struct CurveTests {
    let context: Context

    init() throws { context = try Context() }

    @Test("With CURVE a client that knows the server's key is served, and no other gets a word in")
    func loopback() throws {
        let serverKeys = try CurveKeyPair.generate()
        var serverOptions = SocketOptions()
        serverOptions.curve = .server(secretKey: serverKeys.secretKey)
        var server = try Socket(.router, in: context, options: serverOptions)
        try server.bind("tcp://127.0.0.1:*")
        let endpoint = try server.boundEndpoint

        let wrongKey = try CurveKeyPair.generate().publicKey
        for curve in [Curve.off, .client(keys: try .generate(), serverKey: wrongKey)] {
            var options = SocketOptions()
            options.curve = curve
            var stranger = try Socket(.dealer, in: context, options: options)
            try stranger.connect(endpoint)
            _ = try stranger.send([frame("let me in")])
            #expect(try nextMessage(on: &server, withinMilliseconds: silenceMilliseconds) == nil)
        }

        var options = SocketOptions()
        options.curve = .client(keys: try .generate(), serverKey: serverKeys.publicKey)
        var client = try Socket(.dealer, in: context, options: options)
        try client.connect(endpoint)
        #expect(try client.send([frame("hello")]) == .sent)
        let received = try #require(try nextMessage(on: &server))
        #expect(received[1] == frame("hello"))
        #expect(try server.send([received[0], frame("welcome")]) == .sent)
        #expect(try nextMessage(on: &client) == [frame("welcome")])
    }

    @Test(
        "A key that is not Z85 of forty characters is refused",
        arguments: ["", "short", String(repeating: "~", count: 40)])
    func badKey(text: String) {
        #expect(throws: ZeroMQError.self) { try CurveKey(z85: text) }
    }

    @Test("A key never shows itself in a log")
    func redacted() throws {
        let keys = try CurveKeyPair.generate()
        #expect("\(keys)" == "CurveKeyPair(publicKey: CurveKey, secretKey: CurveKey)")
        var dumped = ""
        dump(keys.secretKey, to: &dumped)
        #expect(dumped == "- CurveKey\n")
    }
}
