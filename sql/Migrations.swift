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
    ]

    /// The demo that `make run` loads.
    package static let seed = String(decoding: PackageResources.seed_sql, as: UTF8.self)

    private static func migration(_ number: Int, _ name: String, _ bytes: [UInt8]) -> Migration {
        Migration(number: number, name: name, sql: String(decoding: bytes, as: UTF8.self))
    }
}
