internal import FuzzTargets
internal import Glibc

/// The fuzzer: libFuzzer around one target, which the environment variable `TWIN_FUZZ_TARGET`
/// names. Its arguments are libFuzzer's own.
@main
enum FuzzEntry {
    static func main() {
        _ = target
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments, fuzzOneInput))
    }

    /// Read once. Ends the process with a sentence when the variable names no target.
    static let target: FuzzTarget = {
        let name = unsafe getenv("TWIN_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            stop("TWIN_FUZZ_TARGET: wanted one of \(names), found \"\(name)\"")
        }
        return target
    }()

    static func stop(_ sentence: String) -> Never {
        let line = Array("twin-fuzz: \(sentence)\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
        abort()
    }
}

/// What libFuzzer calls for every input, under the name that its own `main` wants. A finding ends
/// the process with its sentence, so that libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    do {
        try FuzzEntry.target.check(input)
    } catch {
        FuzzEntry.stop("\(FuzzEntry.target.rawValue): \(error)")
    }
    return 0
}

/// libFuzzer's driver. Its `main` cannot be used: SwiftPM gives every executable one.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<
        UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    >,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
