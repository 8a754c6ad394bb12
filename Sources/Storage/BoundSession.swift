package import Domain
import FoundationEssentials
import Postgres

/// Who speaks, and from which session, in the organization that the request belongs to.
package struct BoundSession: Sendable {
    package let passwordHash: String?
    package let session: NumberedSession
    package let organizationID: OrganizationID
    /// The same organization, in a session that somebody else opened.
    package let openedIn: OrganizationID?
    /// Its use has not been noted for a minute.
    package let isStale: Bool
    package let person: BoundPerson
}

extension SessionRepository {
    /// Nil where the session has ended.
    ///
    /// - Throws: `AuthError.organizationNotBound`, `.notMemberHere`.
    package func live(_ session: SessionID, user: UserID, at binding: Binding) async throws -> BoundSession? {
        let found = try await reaching(boundRefusals) { () throws(PostgresError) in
            try await database.read(
                "SELECT * FROM portero.authenticate_bound(\(session), \(user), \(binding.arguments))"
            ).first { (row: inout Row) throws(PostgresError) in try LiveRow(&row) }
        }
        guard let found else { return nil }
        guard let person = found.person, let number = SessionNumber(found.number) else { throw AuthError.notMemberHere }
        return BoundSession(
            passwordHash: found.passwordHash,
            session: NumberedSession(
                number: number,
                userNumber: person.number,
                startedAt: found.startedAt,
                expiresAt: found.expiresAt,
                lastSeenAt: found.lastSeenAt,
                isLive: true,
                device: found.device
            ),
            organizationID: found.organizationID,
            openedIn: found.openedIn,
            isStale: found.isStale,
            person: person
        )
    }
}

private struct LiveRow: Sendable {
    let passwordHash: String?
    let number: Int
    let startedAt: Date
    let expiresAt: Date
    let lastSeenAt: Date
    let device: String
    let organizationID: OrganizationID
    let openedIn: OrganizationID?
    let isStale: Bool
    let person: BoundPerson?

    init(_ row: inout Row) throws(PostgresError) {
        passwordHash = try row.nextIfPresent()
        number = try row.next()
        startedAt = try row.next()
        expiresAt = try row.next()
        lastSeenAt = try row.next()
        device = try row.next()
        organizationID = try row.next()
        openedIn = try row.nextIfPresent()
        isStale = try row.next()
        person = try BoundPerson(&row)
    }
}
