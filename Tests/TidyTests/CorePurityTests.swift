import Testing

/// TwinCore is a function of its inputs. It imports nothing, so only the standard library's own
/// sources of chance and time are left to look for.
struct CorePurityTests {
    private static let banned: Set<String> = [
        "SystemRandomNumberGenerator", "randomElement", "shuffled", "shuffle", "Hasher",
        "hashValue", "ContinuousClock", "SuspendingClock", "CommandLine", "ObjectIdentifier",
        "Date", "UUID", "getenv", "ProcessInfo", "DispatchTime", "Task", "async", "await",
        "print", "readLine",
    ]

    private static let core = Repository.current.files(below: "Sources/TwinCore")

    @Test("the core has no clock, chance, environment, hash order or concurrency")
    func bannedNames() {
        let found = Self.core.flatMap { file in
            file.places(in: file.code) { !Self.banned.isDisjoint(with: Words.of($0)) }
        }
        #expect(found == [])
    }

    @Test("chance enters the core only by a generator that the caller hands in")
    func randomNeedsAGenerator() {
        let found = Self.core.flatMap { file in
            file.places(in: file.code) { $0.contains(".random(") && !$0.contains("using:") }
        }
        #expect(found == [])
    }
}
