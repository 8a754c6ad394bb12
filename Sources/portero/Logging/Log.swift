import HTTP
import HTTPServer
import Reactor

/// A loop's own log: lines gather in a buffer, and are written a little later, as far as somebody takes them.
///
/// Nothing here waits. Where nobody reads, lines beyond `capacity` are dropped, and counted in a line once there is
/// room again; where nobody can read any more, the log is silent and everything else goes on.
actor Log {
    static let capacity = 262_144
    private static let eager = 16_384
    private static let delay = Duration.milliseconds(20)
    private static let patience = Duration.milliseconds(50)

    nonisolated let unownedExecutor: UnownedSerialExecutor
    nonisolated let level: LogLevel
    private unowned let loop: EventLoop
    private let destination: LogDestination
    private let format: LogFormat
    private var time = Timestamp()
    private var timeIsOf = Instant(nanoseconds: .min)
    private var buffer: [UInt8] = []
    /// Bytes at the buffer's beginning that are written already.
    private var writtenCount = 0
    private var dropped = 0
    private var flushIsPlanned = false
    /// Nobody read when last tried.
    private var isStuck = false
    private var isClosed = false

    init(to destination: LogDestination, _ format: LogFormat, from level: LogLevel, on loop: EventLoop) {
        self.destination = destination
        self.format = format
        self.level = level
        self.loop = loop
        unownedExecutor = loop.asUnownedSerialExecutor()
    }

    /// Logs an event; to be called on the loop.
    nonisolated func event(
        _ level: LogLevel,
        _ event: StaticString,
        _ fields: @Sendable (inout LogLine) -> Void = { _ in }
    ) {
        guard level >= self.level else { return }
        assumeIsolated { $0.append(level, event, fields) }
    }

    /// Logs a request that has been answered; to be called on the loop.
    nonisolated func access(_ record: AccessRecord) {
        guard level <= .info else { return }
        assumeIsolated { log in
            log.append(.info, "request") { line in
                line.field("request_id", record.id.text)
                line.field("client", record.client.description)
                line.field("method", record.method?.name ?? "-")
                line.field("path", record.path)
                line.field("status", record.status)
                line.field("bytes", record.bytes)
                line.field("duration_us", record.microseconds)
            }
        }
    }

    /// Writes what can be written at once; to be called on the loop, at the end of everything too.
    nonisolated func flush() {
        assumeIsolated { $0.write() }
    }

    private func append(_ level: LogLevel, _ event: StaticString, _ fields: (inout LogLine) -> Void) {
        guard !isClosed else { return }
        guard buffer.count - writtenCount < Self.capacity else {
            dropped += 1
            return
        }
        if loop.now != timeIsOf {
            timeIsOf = loop.now
            time.update()
        }
        var line = LogLine(in: takeBuffer(), format, time, level, event)
        fields(&line)
        buffer = line.finish()
        if buffer.count - writtenCount >= Self.eager, !isStuck {
            write()
        } else {
            planFlush(after: Self.delay)
        }
    }

    /// Moves the buffer out, so that its storage has one owner and is not copied.
    private func takeBuffer() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &buffer)
        return taken
    }

    private func planFlush(after delay: Duration) {
        guard !flushIsPlanned else { return }
        flushIsPlanned = true
        loop.schedule(after: delay) { [self] in
            assumeIsolated { log in
                log.flushIsPlanned = false
                log.isStuck = false
                log.write()
            }
        }
    }

    private func write() {
        while writtenCount < buffer.count {
            switch buffer.withUnsafeBytes({ destination.write(.init(rebasing: $0[writtenCount..<nextBreak()])) }) {
            case .written(let count): writtenCount += count
            case .full: return waitForReader()
            case .closed: return close()
            }
        }
        buffer.removeAll(keepingCapacity: true)
        writtenCount = 0
        guard dropped > 0 else { return }
        let count = dropped
        dropped = 0
        append(.warning, "log lines dropped") { $0.field("count", count) }
    }

    private func waitForReader() {
        isStuck = true
        if writtenCount >= Self.eager {
            buffer.removeFirst(writtenCount)
            writtenCount = 0
        }
        planFlush(after: Self.patience)
    }

    /// The end of the last whole line within a chunk, so that the lines of several loops do not mix in a pipe.
    private func nextBreak() -> Int {
        let end = min(writtenCount + LogDestination.chunk, buffer.count)
        let line = buffer[writtenCount..<end].lastIndex(of: UInt8(ascii: "\n"))
        return line.map { $0 + 1 } ?? end
    }

    private func close() {
        isClosed = true
        buffer = []
        writtenCount = 0
    }
}
