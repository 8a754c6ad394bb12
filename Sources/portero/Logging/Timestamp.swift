import Glibc

/// The wall clock's time as RFC 3339 writes it, in UTC with milliseconds; rewritten only where it has changed.
struct Timestamp {
    private var seconds: Int = .min
    private var milliseconds = 0
    private var text = Array("0000-00-00T00:00:00.000Z".utf8)

    func append(to buffer: inout [UInt8]) {
        buffer.append(contentsOf: text)
    }

    mutating func update() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        set(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// Since 1970; for years of four digits.
    mutating func set(seconds: Int, milliseconds: Int) {
        if milliseconds != self.milliseconds {
            self.milliseconds = milliseconds
            write(milliseconds, digits: 3, at: 20)
        }
        guard seconds != self.seconds else { return }
        self.seconds = seconds
        var parts = tm()
        var time = time_t(seconds)
        gmtime_r(&time, &parts)
        write(Int(parts.tm_year) + 1900, digits: 4, at: 0)
        write(Int(parts.tm_mon) + 1, digits: 2, at: 5)
        write(Int(parts.tm_mday), digits: 2, at: 8)
        write(Int(parts.tm_hour), digits: 2, at: 11)
        write(Int(parts.tm_min), digits: 2, at: 14)
        write(Int(parts.tm_sec), digits: 2, at: 17)
    }

    private mutating func write(_ number: Int, digits: Int, at start: Int) {
        var rest = number
        for position in (start..<start + digits).reversed() {
            text[position] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            rest /= 10
        }
    }
}
