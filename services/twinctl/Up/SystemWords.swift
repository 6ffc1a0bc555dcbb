import Glibc

/// The C library's names for errors and signals.
enum SystemWords {
    /// `Permission denied`.
    static func of(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "errno \(code)" }
        return unsafe String(cString: text)
    }

    /// `signal 9 (Killed)`.
    static func ofSignal(_ number: Int32) -> String {
        guard let text = unsafe strsignal(number) else { return "signal \(number)" }
        return unsafe "signal \(number) (\(String(cString: text)))"
    }
}
