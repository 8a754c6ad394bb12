import Foundation
import Support

/// A page of `docs/surfaces`, taken apart.
struct SurfacePage: Sendable {
    /// What it says about one endpoint.
    struct Section: Sendable {
        let text: String

        /// `POST /login`.
        var route: String { text.firstMatch(of: /^`([^`]+)`/).map { String($0.1) } ?? "?" }

        /// The fields of a body: `email required`.
        var fields: [String] { text.matches(of: /\n\| `(\w+)` \| (required|optional)/).map { "\($0.1) \($0.2)" } }

        /// What may be typed into a shell.
        var example: String? { text.firstMatch(of: /```sh\n([\s\S]*?)```/).map { String($0.1) } }

        /// The status that the example is answered with.
        var status: Int? { text.firstMatch(of: /\n`(20\d)`/).flatMap { Int($0.1) } }

        /// The JSON that it is answered with.
        var answer: JSONText? {
            text.firstMatch(of: /```json\n([\s\S]*?)```/).flatMap { JSONText(Array($0.1.utf8)) }
        }
    }

    let contract: Contract
    let text: String
    let sections: [Section]

    init(of contract: Contract) throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/surfaces/\(contract.rawValue).md").standardized
        self.contract = contract
        text = try String(contentsOf: page, encoding: .utf8)
        sections = text.split(separator: /\n(?=##)/).compactMap { part in
            part.hasPrefix("### `") ? Section(text: String(part.dropFirst(4))) : nil
        }
    }

    /// The server of its examples.
    var origin: String { contract == .usuarios ? "http://127.0.0.1:9898" : "http://127.0.0.1:8000" }

    /// The rows of its table of endpoints: `POST /login: Exchange …`.
    var listed: [String] { text.matches(of: /\| `([A-Z]+ \/\S+)` \| ([^|]+) \|/).map { "\($0.1): \($0.2)" } }

    /// All that is JSON in it, and all that its examples send.
    var objects: [String] {
        text.matches(of: /```json\n([\s\S]*?)```/).map { String($0.1) }
            + text.matches(of: /-d '([^']*)'/).map { String($0.1) }
    }

    /// Its examples in a language, as one program.
    func program(in language: String) -> String {
        text.matches(of: /```(\w+)\n([\s\S]*?)```/).filter { $0.1 == language }.map { String($0.2) }
            .joined(separator: "\n")
    }
}

extension JSONText {
    /// Whether an answer has the names and types that a page shows.
    ///
    /// `null` and an empty list may stand for anything, and a token is shown by its beginning.
    func resembles(_ page: JSONText) -> Bool {
        switch (self, page) {
        case (.null, _), (_, .null): true
        case (.object(let here), .object(let there)):
            here.keys.sorted() == there.keys.sorted()
                && here.allSatisfy { name, value in there[name].map { value.resembles($0) } ?? false }
        case (.array(let here), .array(let there)):
            there.isEmpty || here.allSatisfy { value in there.contains { value.resembles($0) } }
        case (.string, .string(let there)) where there.hasPrefix("eyJ"): shape == "jwt"
        case (.integer, .number), (.number, .integer): true
        default: shape == page.shape
        }
    }
}
