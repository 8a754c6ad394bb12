package import Postgres

/// All that services ask of one database.
package struct Repositories: Sendable {
    package let accounts: AccountRepository
    package let logins: LoginRepository
    package let sessions: SessionRepository
    package let numberedSessions: NumberedSessionRepository
    package let codes: CodeRepository
    package let organizations: OrganizationRepository
    package let members: MemberRepository
    package let roles: RoleRepository
    package let permissions: PermissionRepository
    package let audit: AuditRepository
    package let invitations: InvitationRepository
    package let serviceKeys: ServiceKeyRepository
    package let places: PlaceRepository
    package let directory: DirectoryRepository

    package init(_ database: Database, lockout: LockoutPolicy) {
        accounts = AccountRepository(database)
        logins = LoginRepository(database, policy: lockout)
        sessions = SessionRepository(database)
        numberedSessions = NumberedSessionRepository(database)
        codes = CodeRepository(database)
        organizations = OrganizationRepository(database)
        members = MemberRepository(database)
        roles = RoleRepository(database)
        permissions = PermissionRepository(database)
        audit = AuditRepository(database)
        invitations = InvitationRepository(database)
        serviceKeys = ServiceKeyRepository(database)
        places = PlaceRepository(database)
        directory = DirectoryRepository(database)
    }
}
