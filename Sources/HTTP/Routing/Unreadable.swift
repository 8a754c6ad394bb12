/// Why the server answers a request by itself: it could not be read, or not to its end.
package struct Unreadable: Error, Sendable {
    package let status: Int
    private let english: StaticString
    private let spanish: StaticString

    package init(status: Int, english: StaticString, spanish: StaticString) {
        self.status = status
        self.english = english
        self.spanish = spanish
    }

    package func detail(in language: Language) -> String {
        "\(language == .spanish ? spanish : english)"
    }
}
