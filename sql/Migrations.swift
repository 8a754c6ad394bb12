package import Postgres

/// The database's history, as this program knows it; a test compares the list with the folder.
package enum Migrations {
    package static let all = [
        migration(1, "runtime_role", PackageResources._001_runtime_role_sql),
        migration(2, "people", PackageResources._002_people_sql),
        migration(3, "organizations", PackageResources._003_organizations_sql),
        migration(4, "sessions", PackageResources._004_sessions_sql),
        migration(5, "audit", PackageResources._005_audit_sql),
        migration(6, "login", PackageResources._006_login_sql),
        migration(7, "session_gates", PackageResources._007_session_gates_sql),
        migration(8, "credentials", PackageResources._008_credentials_sql),
        migration(9, "rights", PackageResources._009_rights_sql),
        migration(10, "tenancy", PackageResources._010_tenancy_sql),
        migration(11, "organization_gates", PackageResources._011_organization_gates_sql),
        migration(12, "role_gates", PackageResources._012_role_gates_sql),
        migration(13, "audit_reading", PackageResources._013_audit_reading_sql),
        migration(14, "invitations", PackageResources._014_invitations_sql),
        migration(15, "service_keys", PackageResources._015_service_keys_sql),
        migration(16, "places", PackageResources._016_places_sql),
        migration(17, "authz", PackageResources._017_authz_sql),
        migration(18, "administration", PackageResources._018_administration_sql),
        migration(19, "bound", PackageResources._019_bound_sql),
        migration(20, "numbered_sessions", PackageResources._020_numbered_sessions_sql),
        migration(21, "directory", PackageResources._021_directory_sql),
        migration(22, "people_gates", PackageResources._022_people_gates_sql),
        migration(23, "log_reading", PackageResources._023_log_reading_sql),
        migration(24, "security_reports", PackageResources._024_security_reports_sql),
        migration(25, "cleanup", PackageResources._025_cleanup_sql),
    ]

    /// The demo that `make run` loads.
    package static let seed = String(decoding: PackageResources.seed_sql, as: UTF8.self)

    private static func migration(_ number: Int, _ name: String, _ bytes: [UInt8]) -> Migration {
        Migration(number: number, name: name, sql: String(decoding: bytes, as: UTF8.self))
    }
}
