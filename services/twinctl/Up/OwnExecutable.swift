import Foundation
import TwinClient

/// Where this program lies; its siblings are beside it.
enum OwnExecutable {
    private static let link = "/proc/self/exe"

    static func path() throws(UpError) -> String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: link)
        } catch {
            throw UpError(.internal, "could not read \(link): \(error)")
        }
    }

    /// The path as it was typed, or `path` when the shell found the program by its name alone.
    static func called(_ path: String) -> String {
        guard let typed = CommandLine.arguments.first, typed.contains("/") else { return path }
        return typed
    }

    static func directory(of path: String) -> String {
        (path as NSString).deletingLastPathComponent
    }
}
