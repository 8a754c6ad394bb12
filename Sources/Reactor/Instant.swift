import Glibc

/// A point on the monotonic clock, in nanoseconds since some fixed point in the past.
///
/// Everything that waits is measured with this; a jump of the wall clock neither ends nor prolongs a wait.
package struct Instant: Comparable, Hashable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + duration.wholeNanoseconds)
    }

    package static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }
}

extension Duration {
    /// Clamped to what a timer can hold: no setting of ours reaches a century.
    package var wholeNanoseconds: Int64 {
        let century: Int64 = 3_155_760_000
        let seconds = min(max(components.seconds, -century), century)
        return seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
