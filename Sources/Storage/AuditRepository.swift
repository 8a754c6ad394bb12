package import Domain
import FoundationEssentials
package import Postgres

/// An organization's audit trail, read by the server's own role: row-level security keeps tenants apart.
package struct AuditRepository: Sendable {
    let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// The newest rows that match.
    package func list(of organization: OrganizationID, _ query: AuditQuery) async throws -> [AuditEntry] {
        try await reaching { () throws(PostgresError) in
            try await database.readApart(
                """
                SELECT l.id, l.event, l.success, l.reason, l.user_id, l.actor_id, l.email, l.session_id, host(l.address),
                       l.user_agent, l.request_id, l.surface, l.details::text, l.occurred_at
                  FROM portero.auth_logs l
                 WHERE l.organization_id = \(organization) \(Self.conditions(query))
                 ORDER BY l.occurred_at DESC, l.id DESC
                 LIMIT \(Int32(clamping: query.limit))
                """,
                .list,
                with: ["portero.organization_id": organization.description]
            ).map { (row: inout Row) throws(PostgresError) in try AuditEntry(&row) }
        }
    }

    /// Only what is asked for, so that each kind of question has a plan of its own.
    private static func conditions(_ query: AuditQuery) -> SQL {
        var conditions: SQL = ""
        if let from = query.from { conditions = "\(conditions) AND l.occurred_at >= \(from)" }
        if let to = query.to { conditions = "\(conditions) AND l.occurred_at < \(to)" }
        if let user = query.userID { conditions = "\(conditions) AND l.user_id = \(user)" }
        if let event = query.event {
            conditions = "\(conditions) AND l.event = \(event)"
            // The index by event leaves these out (0013).
            if event != "authn_token_created" { conditions = "\(conditions) AND l.event <> 'authn_token_created'" }
        }
        if let after = query.after {
            conditions = "\(conditions) AND (l.occurred_at, l.id) < (\(after.occurredAt), \(after.id))"
        }
        return conditions
    }

    /// Writes down that somebody was refused for lack of a right.
    package func recordRefusal(_ reason: String, of actor: Actor) async throws {
        try await recordRefusal(
            reason,
            of: (actor.userID, actor.sessionID),
            in: actor.organizationID,
            details: "NULL",
            origin: actor.origin
        )
    }

    /// The same of an organization's program.
    package func recordRefusal(
        _ reason: String,
        of key: ServiceKeyID,
        in organization: OrganizationID,
        origin: Origin
    ) async throws {
        try await recordRefusal(
            reason,
            of: nil,
            in: organization,
            details: "jsonb_build_object('service_key', \(key))",
            origin: origin
        )
    }

    /// The same in the organization that a request belongs to; `person` is whose token came along, if one did, and may be a
    /// stranger there.
    ///
    /// - Throws: `AuthError.organizationNotBound`.
    package func recordRefusal(
        _ reason: String,
        of person: (user: UserID, session: SessionID)?,
        at binding: Binding,
        origin: Origin
    ) async throws {
        try await reaching(boundRefusals) { () throws(PostgresError) in
            _ = try await database.write(
                """
                SELECT portero.log_bound_refusal(
                    \(reason), \(person?.user), \(person?.session), \(binding.arguments), \(SQL.origin(origin)))
                """
            )
        }
    }

    private func recordRefusal(
        _ reason: String,
        of person: (user: UserID, session: SessionID)?,
        in organization: OrganizationID,
        details: SQL,
        origin: Origin
    ) async throws {
        try await reaching { () throws(PostgresError) in
            _ = try await database.write(
                """
                INSERT INTO portero.auth_logs (
                    event, success, reason, user_id, actor_id, organization_id, session_id,
                    surface, address, user_agent, request_id, details
                ) VALUES (
                    'authz_fail', false, \(reason), \(person?.user), \(person?.user), \(organization),
                    \(person?.session), \(origin.surface.rawValue), \(origin.address)::inet, \(origin.userAgent),
                    \(origin.requestID), \(details)
                )
                """,
                with: ["portero.organization_id": organization.description]
            )
        }
    }
}

extension AuditEntry {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        self.init(
            id: try row.next(),
            event: try row.next(),
            success: try row.next(),
            reason: try row.nextIfPresent(),
            userID: try row.nextIfPresent(),
            actorID: try row.nextIfPresent(),
            email: try row.nextIfPresent(),
            sessionID: try row.nextIfPresent(),
            address: try row.nextIfPresent(),
            userAgent: try row.nextIfPresent(),
            requestID: try row.nextIfPresent(),
            surface: try row.nextIfPresent(),
            details: try row.nextIfPresent(),
            occurredAt: try row.next()
        )
    }
}
