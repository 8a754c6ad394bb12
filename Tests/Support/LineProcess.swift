import Foundation
import Glibc
import Synchronization

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
        let unfinished = Mutex(Data())
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                line.finish()
                return
            }
            unfinished.withLock { text in
                text.append(data)
                while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                    line.yield(String(decoding: text[..<end], as: UTF8.self))
                    text = Data(text[(end + 1)...])
                }
            }
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
