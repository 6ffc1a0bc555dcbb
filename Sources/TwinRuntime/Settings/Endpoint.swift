internal import Glibc

/// A place to listen at or to connect to, `tcp://HOST:PORT`.
package struct Endpoint: Equatable, Sendable, CustomStringConvertible {
    package let host: String
    /// nil = any free one, written `*`; only for listening.
    package let port: UInt16?

    /// Reads `tcp://127.0.0.1:7700`, `tcp://[::1]:7700`, `tcp://broker:7700`, `tcp://*:7700`.
    package init?(_ text: String) {
        guard text.hasPrefix(Endpoint.scheme) else { return nil }
        let rest = text.dropFirst(Endpoint.scheme.count)
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        let host = rest[..<colon]
        let port = rest[rest.index(after: colon)...]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard !host.isEmpty, isBracketed || !host.contains(":") else { return nil }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        if port == "*" {
            self.port = nil
        } else {
            guard let number = UInt16(port), number > 0 else { return nil }
            self.port = number
        }
        self.host = String(host)
    }

    private static let scheme = "tcp://"

    package var description: String { "\(Endpoint.scheme)\(host):\(port.map(String.init) ?? "*")" }

    /// True for an address that only this machine reaches.
    package var isLoopback: Bool {
        if host == "[::1]" { return true }
        var address = in_addr()
        guard unsafe inet_pton(AF_INET, host, &address) == 1 else { return false }
        return UInt32(bigEndian: address.s_addr) >> 24 == Endpoint.loopbackNet
    }

    private static let loopbackNet: UInt32 = 127
}

extension SettingsReader {
    /// Reads where to listen. Beyond loopback only when `allowsRemote`, because nothing
    /// authenticates a peer.
    package mutating func listenEndpoint(
        _ name: String, default text: String, allowsRemote: Bool
    ) -> String {
        let form = "tcp://ADDRESS:PORT, for example \(text)"
        guard let endpoint = value(name, wanted: form, parse: Endpoint.init) else { return text }
        if !allowsRemote, !endpoint.isLoopback {
            complain(
                "--\(name) (or \(Self.variable(name))): wanted a loopback address such as "
                    + "\(text), found \(endpoint): anybody who reaches it may command this "
                    + "cluster; --insecure-allow-remote allows it all the same")
        }
        return endpoint.description
    }

    /// Reads whom to connect to.
    package mutating func connectEndpoint(_ name: String, default text: String) -> String {
        value(name, wanted: "tcp://HOST:PORT, for example \(text)") { text in
            Endpoint(text).flatMap { $0.port == nil ? nil : $0.description }
        } ?? text
    }
}
