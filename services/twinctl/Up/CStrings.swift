import Glibc

/// Null-terminated arrays of C strings, as `execve` wants them.
enum CStrings {
    /// Calls `body` with an array that is valid until it returns.
    static func with<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { unsafe array[index] = unsafe strdup(string) }
        unsafe array[strings.count] = nil
        defer {
            for index in strings.indices { unsafe free(array[index]) }
            unsafe array.deallocate()
        }
        return unsafe body(array)
    }
}
