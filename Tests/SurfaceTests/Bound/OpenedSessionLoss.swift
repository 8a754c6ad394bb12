import Foundation
import Postgres
import Support

/// What takes the ground from under a session that somebody else opened.
enum OpenedSessionLoss: String, CaseIterable, Sendable {
    case personIsGivenMore
    case personsRoleAllowsMore
    case personIsBarred
    case personIsRemovedAndComesBack
    case openersRoleAllowsLess
    case openersRoleLosesTheRight
    case openerIsBarred
    case openerIsRemovedAndComesBack
    case openersAccountIsClosed
    case keyIsDeleted
    case keyExpires
    case keyLosesTheRight

    var opener: OpenedSession.Opener {
        switch self {
        case .keyIsDeleted, .keyExpires, .keyLosesTheRight: .program
        default: .member
        }
    }

    /// Whether the session is over for good: what it stood on has gone, whoever comes back.
    var isFinal: Bool {
        switch self {
        case .personIsRemovedAndComesBack, .openerIsRemovedAndComesBack, .keyIsDeleted: true
        default: false
        }
    }

    func strike(_ opened: OpenedSession, at visitor: Visitor) async throws {
        switch self {
        case .personIsGivenMore: try await opened.give("Staff", to: opened.person, at: visitor)
        case .personsRoleAllowsMore: try await opened.allow(["manage_rooms"], opened.personRole, at: visitor)
        case .personIsBarred: try await opened.bar(opened.person, true, at: visitor)
        case .personIsRemovedAndComesBack: try await opened.replace(opened.person, as: opened.personRole, at: visitor)
        case .openersRoleAllowsLess: try await opened.allow(["manage_sessions"], opened.openerRole, at: visitor)
        case .openersRoleLosesTheRight: try await opened.allow(["manage_bookings"], opened.openerRole, at: visitor)
        case .openerIsBarred: try await opened.bar(opened.opener, true, at: visitor)
        case .openerIsRemovedAndComesBack: try await opened.replace(opened.opener, as: opened.openerRole, at: visitor)
        case .openersAccountIsClosed: try await opened.close(true)
        case .keyIsDeleted:
            let reply = try await visitor.delete("\(opened.path)/service-keys/\(opened.keyID)", token: opened.admin)
            guard reply.status == 204 else { throw UnexpectedReply(reply: reply) }
        case .keyExpires: try await opened.setKey("expires_at = now()")
        case .keyLosesTheRight: try await opened.setKeyRight(held: false)
        }
    }

    /// Undoes it, where that can be done.
    func mend(_ opened: OpenedSession, at visitor: Visitor) async throws {
        switch self {
        case .personIsGivenMore: try await opened.give(opened.personRole, to: opened.person, at: visitor)
        case .personsRoleAllowsMore: try await opened.allow(["manage_bookings"], opened.personRole, at: visitor)
        case .personIsBarred: try await opened.bar(opened.person, false, at: visitor)
        case .openersRoleAllowsLess, .openersRoleLosesTheRight:
            try await opened.allow(["manage_bookings", "manage_sessions"], opened.openerRole, at: visitor)
        case .openerIsBarred: try await opened.bar(opened.opener, false, at: visitor)
        case .openersAccountIsClosed: try await opened.close(false)
        case .keyExpires: try await opened.setKey("expires_at = NULL")
        case .keyLosesTheRight: try await opened.setKeyRight(held: true)
        case .personIsRemovedAndComesBack, .openerIsRemovedAndComesBack, .keyIsDeleted: return
        }
    }
}

extension OpenedSession {
    fileprivate var keyID: String { key?.id ?? "" }

    fileprivate func allow(_ permissions: [String], _ role: String, at visitor: Visitor) async throws {
        let id = try await id(ofRole: role)
        let body: JSONText = ["permissions": .array(permissions.map { .string($0) })]
        try await patch("/roles/\(id)", body, at: visitor)
    }

    fileprivate func give(_ role: String, to person: Person, at visitor: Visitor) async throws {
        try await patch("/members/\(person.idText)", ["role_id": .string(try await id(ofRole: role))], at: visitor)
    }

    fileprivate func bar(_ person: Person, _ isBarred: Bool, at visitor: Visitor) async throws {
        try await patch("/members/\(person.idText)", ["is_active": isBarred ? false : true], at: visitor)
    }

    fileprivate func replace(_ person: Person, as role: String, at visitor: Visitor) async throws {
        let reply = try await visitor.delete("\(path)/members/\(person.idText)", token: admin)
        guard reply.status == 204 else { throw UnexpectedReply(reply: reply) }
        try await site.join(person, to: organization, as: role)
    }

    /// No contract closes an account.
    fileprivate func close(_ isClosed: Bool) async throws {
        try await site.database.run("UPDATE portero.users SET is_active = \(!isClosed) WHERE id = \(opener.id)")
    }

    /// No contract changes a key.
    fileprivate func setKey(_ assignment: SQL) async throws {
        try await site.database.run("UPDATE portero.service_keys SET \(assignment) WHERE id::text = \(keyID)")
    }

    fileprivate func setKeyRight(held: Bool) async throws {
        try await site.database.run(
            "DELETE FROM portero.service_key_permissions WHERE service_key_id::text = \(keyID)"
        )
        let rights = held ? ["manage_sessions", "manage_bookings"] : ["manage_bookings"]
        try await site.database.run(
            """
            INSERT INTO portero.service_key_permissions (organization_id, service_key_id, permission_id)
            SELECT \(organization), k.id, p.id FROM portero.service_keys k, portero.permissions p
             WHERE k.id::text = \(keyID) AND p.name = ANY (\(rights))
            """
        )
    }

    private func id(ofRole name: String) async throws -> String {
        try await site.database.value(
            "SELECT id::text FROM portero.roles WHERE organization_id = \(organization) AND name = \(name)"
        ) ?? ""
    }

    private func patch(_ end: String, _ body: JSONText, at visitor: Visitor) async throws {
        let reply = try await visitor.patch(path + end, body, token: admin)
        guard reply.status == 200 else { throw UnexpectedReply(reply: reply) }
    }
}
