import FoundationEssentials
import Glibc

/// What defaults take from the machine that the program runs on.
enum Machine {
    /// The processors this process may use.
    static var processors: Int {
        max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Lines for people on a terminal, for machines elsewhere.
    static var logFormat: LogFormat {
        isatty(STDOUT_FILENO) == 1 ? .text : .json
    }
}
