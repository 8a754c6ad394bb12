import Foundation
import Testing

/// Who may do what, as `Tests/authorization.matrix` says: rows for each route, a column for each kind of caller.
struct AuthorizationMatrix: Sendable {
    /// One route with one body, and the status that each caller gets.
    struct Row: Sendable, CustomTestStringConvertible {
        let contract: Contract
        let method: String
        let path: String
        let statuses: [Actor: Int]
        /// Empty where none is sent; `{names}` stand for what the fixture has made.
        let body: String

        var route: String { "\(contract.rawValue): \(method) \(path)" }
        var testDescription: String { "\(route) \(body)" }
    }

    /// A path of one contract.
    struct Place: Hashable {
        let contract: Contract
        let path: String
    }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

    let rows: [Row]

    /// Every path once, as the routes have it, with the methods that it has.
    var paths: [Place: Set<String>] {
        rows.reduce(into: [:]) { paths, row in
            let path = row.path.replacing(/\{\w+\}/, with: "{}")
            paths[Place(contract: row.contract, path: path), default: []].insert(row.method)
        }
    }

    /// The cells of the file, and those of the methods that a path does not have.
    var cellCount: Int {
        let others = paths.values.map { Self.methods.count - $0.count }
        return (rows.count + others.reduce(0, +)) * Actor.allCases.count
    }

    /// - Throws: `Malformed`, with the line.
    init(_ text: String) throws {
        var contract: Contract?
        var rows: [Row] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("[") {
                contract = Contract(rawValue: line.trimmingCharacters(in: ["[", "]"]))
            } else if let contract {
                rows.append(try Row(line: line, of: contract))
            } else {
                throw Malformed(description: "of no contract: \(line)")
            }
        }
        self.rows = rows
    }

    static func load() throws -> AuthorizationMatrix {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../authorization.matrix")
        return try AuthorizationMatrix(String(contentsOf: file, encoding: .utf8))
    }
}

extension AuthorizationMatrix.Row {
    fileprivate init(line: Substring, of contract: Contract) throws {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        let statuses = words.dropFirst(2).prefix(Actor.allCases.count).compactMap { Int($0) }
        guard statuses.count == Actor.allCases.count else {
            throw AuthorizationMatrix.Malformed(description: "not \(Actor.allCases.count) statuses in: \(line)")
        }
        self.contract = contract
        method = String(words[0])
        path = String(words[1])
        self.statuses = Dictionary(uniqueKeysWithValues: zip(Actor.allCases, statuses))
        body = words.dropFirst(2 + statuses.count).joined(separator: " ")
    }
}
