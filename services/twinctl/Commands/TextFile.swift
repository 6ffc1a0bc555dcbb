import Foundation
import TwinClient

/// A file that the command line names.
enum TextFile {
    static func read(_ path: String) throws(ClientError) -> String {
        do {
            let data =
                path == "-"
                ? FileHandle.standardInput.readDataToEndOfFile()
                : try Data(contentsOf: URL(filePath: path))
            guard let text = String(validating: data, as: UTF8.self) else {
                throw ClientError.usage(message: "--file \(path): is not UTF-8", hint: nil)
            }
            return text
        } catch let error as ClientError {
            throw error
        } catch {
            throw .usage(
                message: "--file \(path): cannot be read: \(error.localizedDescription)",
                hint: nil)
        }
    }
}
