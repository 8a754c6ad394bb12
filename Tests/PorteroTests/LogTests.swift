import Foundation
import HTTP
import Reactor
import Support
import Testing

@testable import HTTPServer
@testable import portero

@Suite("Log")
struct LogTests {
    @Test(
        "Whatever a value holds, its event is one line, and JSON reads the value back",
        arguments: [
            "plain", "", "two words", "a\nportero ready", "a\r\nb", "tab\there", "quote\" and \\backslash",
            "nul\u{0}byte",
            "\u{1b}[31mred\u{1b}[0m", "c1\u{9b}31m", "line\u{2028}and\u{2029}paragraph", "right\u{202e}to left",
            "\u{7f}",
            "=a=b", "año 🚪", "{\"level\":\"error\"}",
        ]
    )
    func escapes(_ value: String) throws {
        for format in LogFormat.allCases {
            let line = written(format) { $0.field("value", value) }
            #expect(line.utf8.count(where: { $0 == 10 }) == 1 && line.hasSuffix("\n"))
            let hasControls = line.dropLast().unicodeScalars.contains {
                $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) || (0x2028...0x202e).contains($0.value)
            }
            #expect(!hasControls)
        }
        #expect(try parsed(written(.json) { $0.field("value", value) })["value"] as? String == value)
    }

    @Test("Bytes that are no UTF-8 become U+FFFD")
    func repairsBytes() throws {
        let line = written(.json) { $0.field("value", [0x61, 0xff, 0xc3, 0x62][...]) }
        #expect(try parsed(line)["value"] as? String == "a\u{FFFD}\u{FFFD}b")
    }

    @Test("A long value is cut at 512 bytes, between characters, whatever escaping makes of it")
    func truncates() throws {
        for value in [
            String(repeating: "x", count: 100_000), String(repeating: "ñ", count: 5000),
            String(repeating: "\u{0}", count: 5000),
        ] {
            let line = written(.json) { $0.field("value", value) }
            let read = try #require(try parsed(line)["value"] as? String)
            #expect(read.hasSuffix("…"))
            #expect(value.hasPrefix(read.dropLast()))
            #expect((500...620).contains(line.utf8.count))
        }
        let fits = String(repeating: "x", count: 512)
        #expect(try parsed(written(.json) { $0.field("value", fits) })["value"] as? String == fits)
    }

    @Test("Text quotes what a word would not hold, and nothing else")
    func quotes() {
        let line = written(.text) {
            $0.field("path", "/auth/me")
            $0.field("agent", "two words")
            $0.field("count", -12)
            $0.field("least", Int.min)
            $0.field("ok", true)
            $0.field("kind", "static" as StaticString)
        }
        #expect(
            line == """
                1970-01-01T00:00:00.000Z info event path=/auth/me agent="two words" count=-12 \
                least=-9223372036854775808 ok=true kind=static

                """
        )
    }

    @Test(
        "Times are RFC 3339 in UTC, with milliseconds",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (951_782_399, 7, "2000-02-28T23:59:59.007Z"),
            (951_868_799, 999, "2000-02-29T23:59:59.999Z"), (1_795_197_840, 120, "2026-11-20T18:04:00.120Z"),
            (253_402_300_799, 0, "9999-12-31T23:59:59.000Z"),
        ]
    )
    func writesTimes(_ seconds: Int, _ milliseconds: Int, _ expected: String) {
        var time = Timestamp()
        time.set(seconds: 1_234_567_890, milliseconds: 321)
        time.set(seconds: seconds, milliseconds: milliseconds)
        var text: [UInt8] = []
        time.append(to: &text)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test("A request is one line, without the query, and only what reaches the level is written")
    func logsRequests() async throws {
        let pipe = TestPipe()
        try await onLoop { loop in
            let log = Log(to: LogDestination(pipe.writing), .json, from: .info, on: loop)
            log.event(.debug, "unseen")
            log.access(.example)
            log.event(.error, "seen") { $0.field("reason", "because") }
            log.flush()
        }
        let lines = pipe.read().split(separator: "\n")
        #expect(lines.count == 2)
        let request = try parsed(String(lines[0]))
        #expect(request["event"] as? String == "request" && request["level"] as? String == "info")
        #expect(request["path"] as? String == "/auth/me" && request["status"] as? Int == 200)
        #expect(request["method"] as? String == "GET" && request["client"] as? String == "192.0.2.7")
        #expect(request["bytes"] as? Int == 311 && request["duration_us"] as? Int == 431)
        #expect(try parsed(String(lines[1]))["reason"] as? String == "because")
    }

    @Test("Lines come out by themselves soon after they were logged")
    func flushesByItself() async throws {
        let pipe = TestPipe()
        try await onLoop { loop in
            let log = Log(to: LogDestination(pipe.writing), .text, from: .info, on: loop)
            log.event(.info, "one")
            log.event(.info, "two")
            while !pipe.hasData { try await loop.sleep(for: .milliseconds(2)) }
        }
        #expect(pipe.read().split(separator: "\n").map { $0.split(separator: " ")[2] } == ["one", "two"])
    }

    @Test("A reader that does not read stops nobody; beyond the buffer lines are dropped and counted")
    func neverWaits() async throws {
        let pipe = TestPipe()
        try await onLoop { loop in
            let log = Log(to: LogDestination(pipe.writing), .json, from: .info, on: loop)
            for _ in 0..<20_000 { log.access(.example) }
            log.flush()
            let early = pipe.read()
            #expect(early.utf8.count >= 4096)
            while !pipe.read().contains("log lines dropped") {
                log.flush()
                try await loop.sleep(for: .milliseconds(1))
            }
            log.event(.info, "after")
            log.flush()
        }
        #expect(pipe.read().contains("\"after\""))
    }

    @Test("A pipe that is shared with others keeps its own blocking mode")
    func leavesFlagsAlone() {
        let pipe = TestPipe()
        let destination = LogDestination(pipe.writing)
        while case .written = Array("0123456789".utf8).withUnsafeBytes({ destination.write($0) }) {}
        #expect(fcntl(pipe.writing, F_GETFL) & O_NONBLOCK == 0)
    }

    @Test("The lines of several loops do not mix in a pipe")
    func keepsLinesWhole() async throws {
        let pipe = TestPipe()
        let group = LoopGroup(count: 3, named: "log")
        defer { group.stop() }
        let destination = LogDestination(pipe.writing)
        let text = try await withThrowingTaskGroup(of: Void.self) { tasks in
            for loop in group.loops {
                tasks.addTask(executorPreference: loop) {
                    let log = Log(to: destination, .json, from: .info, on: loop)
                    for _ in 0..<300 { log.access(.example) }
                    // Until the reader has them all, and the sleep is cancelled.
                    while true {
                        log.flush()
                        try await loop.sleep(for: .milliseconds(1))
                    }
                }
            }
            var text = ""
            while text.utf8.count(where: { $0 == 10 }) < 900 {
                text += pipe.read()
                try await Task.sleep(for: .milliseconds(1))
            }
            tasks.cancelAll()
            while await tasks.nextResult() != nil {}
            return text
        }
        #expect(try text.split(separator: "\n").allSatisfy { try parsed(String($0))["status"] as? Int == 200 })
    }

    @Test("A reader that is gone ends the log and nothing else")
    func survivesClosedOutput() async throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = TestPipe()
        pipe.closeReading()
        try await onLoop { loop in
            let log = Log(to: LogDestination(pipe.writing), .json, from: .info, on: loop)
            for _ in 0..<10 {
                log.access(.example)
                log.flush()
            }
        }
    }

    @Test("Sockets and files take lines too")
    func writesAnywhere() async throws {
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let file = try withFolder { folder in
            open(folder.appending(path: "log").path, O_RDWR | O_CREAT, 0o600)
        }
        let socket = ends[0]
        try await onLoop { loop in
            for descriptor in [socket, file] {
                let log = Log(to: LogDestination(descriptor), .text, from: .info, on: loop)
                log.event(.info, "here")
                log.flush()
            }
        }
        lseek(file, 0, SEEK_SET)
        for descriptor in [ends[1], file] {
            var bytes = [UInt8](repeating: 0, count: 100)
            let count = read(descriptor, &bytes, bytes.count)
            #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).hasSuffix("info here\n"))
        }
        (ends + [file]).forEach { close($0) }
    }

    private func written(_ format: LogFormat, _ fields: (inout LogLine) -> Void) -> String {
        var time = Timestamp()
        time.set(seconds: 0, milliseconds: 0)
        var line = LogLine(in: [], format, time, .info, "event")
        fields(&line)
        return String(decoding: line.finish(), as: UTF8.self)
    }
}

private func parsed(_ line: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
}

extension AccessRecord {
    fileprivate static var example: AccessRecord {
        AccessRecord(
            method: .get,
            target: Array("/auth/me?token=hunter2".utf8)[...],
            status: 200,
            bytes: 311,
            microseconds: 431,
            client: NetworkAddress(ipv4: 0xc000_0207),
            id: .unassigned
        )
    }
}

/// A pipe whose reading end does not wait.
final class TestPipe: Sendable {
    let writing: Int32
    private let reading: Int32

    init() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        reading = ends[0]
        writing = ends[1]
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(writing)
        close(reading)
    }

    var hasData: Bool {
        var question = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, 0) == 1
    }

    /// What is there to be read.
    func read() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(reading, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    /// Leaves the writer without a reader.
    func closeReading() {
        let null = open("/dev/null", O_RDONLY)
        dup2(null, reading)
        close(null)
    }
}
