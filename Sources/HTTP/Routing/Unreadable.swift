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

/// As much as is known of a request that could not be read.
package struct UnreadableRequest: Sendable {
    package let reason: Unreadable
    /// Perhaps nothing of it; its method is GET where none is known.
    package let head: RequestHead
    package let client: NetworkAddress

    package init(_ reason: Unreadable, head: RequestHead, from client: NetworkAddress) {
        self.reason = reason
        self.head = head
        self.client = client
    }
}
