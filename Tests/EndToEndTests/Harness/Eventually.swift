import Foundation
import TwinClient

/// Asks until there is an answer, and returns it; nothing here sleeps for a guessed time.
///
/// - Parameters:
///   - what: the condition in words, for the failure.
///   - seconds: the deadline, many times what an idle machine needs.
///   - ask: nil or an error = not yet.
func eventually<Value>(
    _ what: String, within seconds: Double = 30, _ ask: () throws -> Value?
) async throws -> Value {
    let deadline = ClientTime.monotonicMilliseconds + Int64(seconds * 1000)
    var lastError: (any Error)?
    while true {
        do {
            if let value = try ask() { return value }
            lastError = nil
        } catch {
            lastError = error
        }
        guard ClientTime.monotonicMilliseconds < deadline else {
            let reason = lastError.map { ": \($0)" } ?? ""
            throw HarnessError("not within \(seconds) s: \(what)\(reason)")
        }
        try await Task.sleep(for: .milliseconds(100))
    }
}

/// The same for a plain condition.
func eventually(
    _ what: String, within seconds: Double = 30, isTrue: () throws -> Bool
) async throws {
    _ = try await eventually(what, within: seconds) { try isTrue() ? true : nil }
}
