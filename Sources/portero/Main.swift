import Glibc

@main
enum Main {
    static func main() {
        openStandardDescriptors()
        signal(SIGPIPE, SIG_IGN)  // a reader that is gone is an error of a write, no end of the program
        let program = Program(environment: .ofProcess, console: .ofProcess, wiring: .live)
        exit(program.run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Opens what was closed at the start, or a socket of ours would become standard output and receive the log.
    private static func openStandardDescriptors() {
        var descriptor: Int32
        repeat { descriptor = open("/dev/null", O_RDWR) } while (0...2).contains(descriptor)
        close(descriptor)
    }
}
