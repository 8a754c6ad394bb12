/// The same session for clients that cannot take a UUID.
///
/// Random, so it tells nothing about how many sessions there are, and exact in JavaScript.
package struct SessionNumber: Hashable, Sendable {
    package let rawValue: Int

    package static func make() -> SessionNumber {
        SessionNumber(rawValue: Int.random(in: 1...9_007_199_254_740_991))
    }
}
