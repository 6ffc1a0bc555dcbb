import Evaluation
import Foundation
import TwinClient

/// Reads the files of `replay`, packed with gzip or not.
enum ReplayFile {
    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]

    static func series(_ path: String, option: String) throws(ClientError) -> Series {
        let bytes = try bytes(path, option: option)
        do throws(SeriesError) {
            return try SeriesReader.series(bytes)
        } catch {
            throw .usage(message: "\(option) \(path): \(error)", hint: nil)
        }
    }

    /// One label a row; another number of them is a mistake.
    static func labels(_ path: String, rows: Int) throws(ClientError) -> [Bool] {
        let bytes = try bytes(path, option: "--labels")
        let labels: [Bool]
        do throws(SeriesError) {
            labels = try SeriesReader.labels(bytes)
        } catch {
            throw .usage(message: "--labels \(path): \(error)", hint: nil)
        }
        guard labels.count == rows else {
            throw .usage(
                message: "--labels \(path): wanted \(rows) lines, one a row of the series, "
                    + "found \(labels.count)", hint: nil)
        }
        return labels
    }

    private static func bytes(_ path: String, option: String) throws(ClientError) -> [UInt8] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch {
            throw .usage(
                message: "\(option) \(path): cannot be read: \(error.localizedDescription)",
                hint: nil)
        }
        return data.starts(with: gzipMagic) ? try unpacked(path, option: option) : Array(data)
    }

    /// What the `gzip` program (Debian: gzip) makes of the file.
    private static func unpacked(_ path: String, option: String) throws(ClientError) -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", "--", path]
        let pipe = Pipe()
        let errors = Pipe()
        process.standardOutput = pipe
        process.standardError = errors
        do {
            try process.run()
            let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
            let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            if process.terminationStatus == 0 { return Array(data) }
            let words = String(decoding: complaint, as: UTF8.self)
                .split(whereSeparator: \.isNewline).first ?? "it says nothing"
            throw ClientError.usage(
                message: "\(option) \(path): gzip cannot unpack it: \(words)",
                hint: "install the package gzip if it is missing")
        } catch let error as ClientError {
            throw error
        } catch {
            throw .system("gzip cannot be run: \(error.localizedDescription)")
        }
    }
}
