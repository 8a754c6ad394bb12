import Foundation
import Glibc

/// A process that is spoken to line by line, through its standard input and output.
///
/// It is ended with its owner. Lines are read by one task at a time.
package final class LineProcess: Sendable {
    private let process: Process
    private let input = Pipe()
    private let lines: AsyncStream<String>
    private let ended: AsyncStream<Never>

    package init(_ executable: String, _ arguments: [String]) throws {
        let process = Process()
        let output = Pipe()
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        // A thread that reads, since Foundation's own handlers crash now and then when they end (libdispatch).
        let descriptor = dup(output.fileHandleForReading.fileDescriptor)
        Foundation.Thread.detachNewThread {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                text += buffer[..<count]
                while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                    line.yield(String(decoding: text[..<end], as: UTF8.self))
                    text.removeSubrange(...end)
                }
            }
            close(descriptor)
            line.finish()
        }
        process.terminationHandler = { _ in end.finish() }
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.process = process
        self.lines = lines
        self.ended = ended
    }

    deinit {
        kill()
    }

    /// Waits for the next line; nil once the process has closed its output.
    package func nextLine() async -> String? {
        for await line in lines { return line }
        return nil
    }

    package func write(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Ends the process, and waits for that.
    package func stop() async {
        kill()
        for await _ in ended {}
    }

    /// SIGKILL, since the process may have been born with every signal blocked that can be.
    private func kill() {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
    }
}
