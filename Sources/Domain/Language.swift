/// A language that people are written to in.
package enum Language: String, CaseIterable, Sendable {
    case spanish = "es"
    case english = "en"
}
