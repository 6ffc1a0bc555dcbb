import Foundation
import SimulatedFleet
import TwinClient

/// Writes the truth file of a simulated run: JSON, one object, whole or not at all.
enum TruthWriter {
    static func write(_ truth: GroundTruth, to path: String) throws(ClientError) {
        do {
            let text = try JSONText.line(of: truth) + "\n"
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .usage(
                message: "--truth \(path): cannot be written: \(error.localizedDescription)",
                hint: nil)
        }
    }
}
