/// The same session for clients that cannot take a UUID.
///
/// Random, so it tells nothing about how many sessions there are, and exact in JavaScript.
package struct SessionNumber: Hashable, Sendable {
    /// Up to 2^53 - 1.
    package static let range = 1...9_007_199_254_740_991

    package let rawValue: Int

    private init(unchecked rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Nil outside the range.
    package init?(_ number: Int) {
        guard Self.range.contains(number) else { return nil }
        self.init(unchecked: number)
    }

    package static func make() -> SessionNumber {
        SessionNumber(unchecked: Int.random(in: range))
    }
}
