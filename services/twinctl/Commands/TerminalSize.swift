import Glibc

/// How wide the terminal is.
enum TerminalSize {
    /// Columns of stdout's terminal, or the usual width.
    static func columns() -> Int {
        var size = winsize()
        let result = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : RenderContext.usualWidth
    }
}
