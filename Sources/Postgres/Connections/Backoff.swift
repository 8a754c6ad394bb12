/// How long to wait before the next attempt to connect.
///
/// At once after a loss, then doubling from 50 ms to 1 s, with jitter, so that replicas do not return in step.
struct Backoff {
    private var attempts = 0

    mutating func next() -> Duration {
        defer { attempts += 1 }
        guard attempts > 0 else { return .microseconds(Int64.random(in: 0...10_000)) }
        let milliseconds = min(1000, 50 << min(attempts - 1, 5))
        return .microseconds(Int64(milliseconds) * Int64.random(in: 500...1000))
    }

    mutating func reset() {
        attempts = 0
    }
}
