import Foundation
import Testing

/// Who may do what, as `Tests/authorization.matrix` says: a row for each route, a column for each kind of caller.
struct AuthorizationMatrix: Sendable {
    /// One route, and the status that each caller gets.
    struct Row: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        let statuses: [Actor: Int]
        /// Empty where none is sent; `{names}` stand for what the fixture has made.
        let body: String

        var route: String { "\(method) \(path)" }
        var testDescription: String { route }
    }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

    let rows: [Row]

    /// Every path once, with the methods that it has.
    var paths: [String: Set<String>] {
        rows.reduce(into: [:]) { $0[$1.path, default: []].insert($1.method) }
    }

    /// The cells of the file, and those of the methods that a path does not have.
    var cellCount: Int { paths.count * Self.methods.count * Actor.allCases.count }

    /// - Throws: `Malformed`, with the line.
    init(_ text: String) throws {
        rows = try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { try Row(line: $0) }
    }

    static func load() throws -> AuthorizationMatrix {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../authorization.matrix")
        return try AuthorizationMatrix(String(contentsOf: file, encoding: .utf8))
    }
}

extension AuthorizationMatrix.Row {
    fileprivate init(line: Substring) throws {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        let statuses = words.dropFirst(2).prefix(Actor.allCases.count).compactMap { Int($0) }
        guard statuses.count == Actor.allCases.count else {
            throw AuthorizationMatrix.Malformed(description: "not \(Actor.allCases.count) statuses in: \(line)")
        }
        method = String(words[0])
        path = String(words[1])
        self.statuses = Dictionary(uniqueKeysWithValues: zip(Actor.allCases, statuses))
        body = words.dropFirst(2 + statuses.count).joined(separator: " ")
    }
}

/// Whoever may ask, in the order of the file's columns.
enum Actor: String, CaseIterable, Sendable {
    case anonymous
    /// Somebody whose session has expired.
    case expired
    /// The Admin of another organization.
    case foreign
    /// A member whose role holds nothing.
    case member
    // Members whose role holds this one permission.
    case organization = "manage_organization"
    case users = "manage_users"
    case roles = "manage_roles"
    case rooms = "manage_rooms"
    case bookings = "manage_bookings"
    case sessions = "manage_sessions"
    case audit = "view_audit_log"
    case admin
    /// A service key of the organization that holds all permissions, and no token.
    case serviceKey

    /// What the caller's role in the organization holds; nil for who has none there.
    var permissions: [String]? {
        switch self {
        case .anonymous, .foreign, .serviceKey: nil
        case .expired, .member: []
        case .organization, .users, .roles, .rooms, .bookings, .sessions, .audit: [rawValue]
        case .admin: Self.all
        }
    }

    private static let all = [
        "manage_organization", "manage_users", "manage_roles", "manage_rooms", "manage_bookings", "manage_sessions",
        "view_audit_log",
    ]
}
