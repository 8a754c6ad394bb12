import CSystem
import Glibc
import Reactor
import Synchronization

/// The program itself, running as a child of the tests.
///
/// Its log (standard output and error) is kept for whoever has to explain a failure. It cannot outlive the tests: the
/// kernel kills it when the thread that started it ends, which it does after the program, or with the process.
package final class ServerProcess: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where the main listener is.
    package let port: UInt16
    /// Where the usuarios surface's listener is; nil where it is off.
    package let usuariosPort: UInt16?
    package var pid: Int32 { child.pid }

    private let child: ChildProcess

    /// Starts a program that says where it listens once it is ready.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: what follows its name.
    ///   - environment: all of it.
    ///   - folder: its working directory.
    ///   - patience: how long it may take to be ready.
    /// - Throws: `Failure`, with the end of its log where it has ended.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        in folder: String,
        patience: Duration = .seconds(30)
    ) async throws {
        child = try await ChildProcess.start(program, arguments, environment: environment, in: folder)
        let impatience = Task { [child] in
            try await Task.sleep(for: patience)
            child.signal(SIGKILL)
        }
        defer { impatience.cancel() }
        let line = try await child.line(containing: "portero ready")
        guard let address = line.firstMatch(of: /127\.0\.0\.1:(\d+)/), let port = UInt16(address.1) else {
            child.signal(SIGKILL)
            throw Failure(description: "no address in the line: \(line)")
        }
        self.port = port
        usuariosPort = line.firstMatch(of: /usuarios"?[:=]"?127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
    }

    deinit {
        child.signal(SIGKILL)
    }

    /// Everything it has written.
    package var log: [String] { child.log }

    package var isAlive: Bool { child.exitStatus == nil }

    /// Asks it to end, and waits for that.
    ///
    /// - Returns: its exit status; 128 and the signal's number where a signal ended it.
    @discardableResult
    package func stop() async -> Int32 {
        await end(SIGTERM)
    }

    @discardableResult
    package func kill() async -> Int32 {
        await end(SIGKILL)
    }

    private func end(_ signal: Int32) async -> Int32 {
        child.signal(signal)
        return await child.end()
    }
}

/// A process, the thread that started it, and what it has written so far.
///
/// The thread outlives the process, and waits for it.
private final class ChildProcess: Sendable {
    private struct State {
        var pid: Int32 = 0
        var exitStatus: Int32?
        var log: [String] = []
        var unfinished: [UInt8] = []
        var readers: [(text: String, answer: CheckedContinuation<String, any Error>)] = []
        var mourners: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    var pid: Int32 { state.withLock(\.pid) }
    var exitStatus: Int32? { state.withLock(\.exitStatus) }
    var log: [String] { state.withLock(\.log) }

    static func start(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        in folder: String
    ) async throws -> ChildProcess {
        let child = ChildProcess()
        try await withCheckedThrowingContinuation { (started: CheckedContinuation<Void, any Error>) in
            Thread(named: "child") {
                do {
                    let output = try child.launch(program, arguments, environment: environment, in: folder)
                    started.resume()
                    child.follow(output)
                } catch { started.resume(throwing: error) }
            }.detach()
        }
        return child
    }

    /// Sends a signal, unless the process has ended: its number may be another's by now.
    func signal(_ number: Int32) {
        state.withLock { if $0.exitStatus == nil { _ = Glibc.kill($0.pid, number) } }
    }

    /// Waits for the end.
    func end() async -> Int32 {
        await withCheckedContinuation { answer in
            let status = state.withLock { state in
                if state.exitStatus == nil { state.mourners.append(answer) }
                return state.exitStatus
            }
            if let status { answer.resume(returning: status) }
        }
    }

    /// Waits for a line that has `text` in it.
    func line(containing text: String) async throws -> String {
        try await withCheckedThrowingContinuation { answer in
            let outcome: Result<String, ServerProcess.Failure>? = state.withLock { state in
                if let line = state.log.first(where: { $0.contains(text) }) { return .success(line) }
                if state.exitStatus != nil { return .failure(Self.ended(state)) }
                state.readers.append((text, answer))
                return nil
            }
            if let outcome { answer.resume(with: outcome) }
        }
    }

    // MARK: - On the thread

    private func launch(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        in folder: String
    ) throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard cprocess_pipe(&ends) == 0 else { throw ServerProcess.Failure(description: "no pipe") }
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer {
            close(input)
            close(ends[1])
        }
        let pid = withCStrings([program] + arguments) { argv in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                program.withCString { program in
                    folder.withCString { folder in
                        var order = cprocess_order()
                        order.program = program
                        order.arguments = argv
                        order.environment = envp
                        order.folder = folder
                        order.input = input
                        order.output = ends[1]
                        order.death_signal = SIGKILL
                        return cprocess_start(&order)
                    }
                }
            }
        }
        guard pid > 0 else {
            close(ends[0])
            throw ServerProcess.Failure(description: "cannot start \(program): errno \(-pid)")
        }
        state.withLock { $0.pid = pid }
        return ends[0]
    }

    private func follow(_ output: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            take(buffer[..<count])
        }
        close(output)
        var information = siginfo_t()
        // Not collected yet, so that the number stays this process's until nobody signals it any more.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        bury()
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        let answered = state.withLock { state in
            state.unfinished += bytes
            var lines: [String] = []
            while let end = state.unfinished.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(String(decoding: state.unfinished[..<end], as: UTF8.self))
                state.unfinished.removeSubrange(...end)
            }
            state.log += lines
            var answered: [(CheckedContinuation<String, any Error>, String)] = []
            for line in lines {
                answered += state.readers.filter { line.contains($0.text) }.map { ($0.answer, line) }
                state.readers.removeAll { line.contains($0.text) }
            }
            return answered
        }
        answered.forEach { $0.resume(returning: $1) }
    }

    private func bury() {
        let (readers, mourners, failure, exitStatus) = state.withLock { state in
            var status: Int32 = 0
            waitpid(state.pid, &status, 0)
            let exitStatus = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
            state.exitStatus = exitStatus
            defer { (state.readers, state.mourners) = ([], []) }
            return (state.readers, state.mourners, Self.ended(state), exitStatus)
        }
        readers.forEach { $0.answer.resume(throwing: failure) }
        mourners.forEach { $0.resume(returning: exitStatus) }
    }

    private static func ended(_ state: State) -> ServerProcess.Failure {
        ServerProcess.Failure(
            description: "ended with \(state.exitStatus ?? -1): \(state.log.suffix(20).joined(separator: "\n"))"
        )
    }
}

/// Lends a null-terminated array of C strings.
func withCStrings<Value>(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    let strings = texts.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    return strings.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("never empty") }
        return body(base)
    }
}
