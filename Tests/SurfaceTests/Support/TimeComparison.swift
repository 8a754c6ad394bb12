import Testing

/// Times of two kinds of requests, taken in turns.
///
/// Requests of the two kinds alternate over one connection. Were the times alike, either kind would be the slower one of a
/// pair as often as the other. Noise can only spoil a measurement, never make two kinds alike, so the best of five counts.
struct TimeComparison: CustomStringConvertible {
    static let tolerance = 0.40...0.60
    private static let warmUp = 5

    private var first: [Duration] = []
    private var second: [Duration] = []

    /// The probability that a request of the first kind takes longer than one of the second.
    var probability: Double {
        let slower = first.reduce(0.0) { sum, time in
            sum + second.reduce(0.0) { $0 + (time > $1 ? 1 : time == $1 ? 0.5 : 0) }
        }
        return slower / Double(first.count * second.count)
    }

    var description: String {
        "\(probability) (medians \(Self.median(first)) and \(Self.median(second)))"
    }

    /// How far apart the middle half of the second kind's times is.
    var spread: Duration {
        let times = second.sorted()
        return times[times.count * 3 / 4] - times[times.count / 4]
    }

    private static func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }

    /// Takes so many times of each; the closures are told the number of the pair.
    init(pairs: Int, _ first: (Int) async throws -> Void, _ second: (Int) async throws -> Void) async throws {
        let clock = ContinuousClock()
        for pair in 0..<pairs + Self.warmUp {
            let times: (first: Duration, second: Duration)
            if pair % 2 == 0 {
                times.first = try await clock.measure { try await first(pair) }
                times.second = try await clock.measure { try await second(pair) }
            } else {
                times.second = try await clock.measure { try await second(pair) }
                times.first = try await clock.measure { try await first(pair) }
            }
            guard pair >= Self.warmUp else { continue }
            self.first.append(times.first)
            self.second.append(times.second)
        }
    }

    /// Fails where five measurements in turn tell the two apart.
    ///
    /// Where pairs are few, chance alone makes one in five look unlike: each has twice the pairs of the one before, up to
    /// `most`, and so is surer. For logins that is less than 100: so many failures lock an account.
    static func expectAlike(
        _ what: String,
        pairs: Int,
        upTo most: Int? = nil,
        _ first: (Int) async throws -> Void,
        _ second: (Int) async throws -> Void
    ) async throws {
        var comparisons: [TimeComparison] = []
        for doublings in 0..<5 {
            let comparison = try await TimeComparison(pairs: min(pairs << doublings, most ?? pairs), first, second)
            if tolerance.contains(comparison.probability) { return }
            comparisons.append(comparison)
        }
        Issue.record("\(what) can be told apart by their time: \(comparisons)")
    }
}
