import Domain
import FoundationEssentials
import HTTP

/// How answers name organizations, roles and people that they are not about.
extension JSONWriter {
    mutating func organization(_ organization: OrganizationReference) {
        object("organization") {
            $0.field("id", organization.id.rawValue)
            $0.field("name", organization.name)
            $0.field("slug", organization.slug)
        }
    }

    mutating func role(_ role: RoleReference) {
        object("role") {
            $0.field("id", role.id?.rawValue)
            $0.field("name", role.name)
        }
    }

    mutating func inviter(_ person: PersonReference?) {
        guard let person else { return null("invited_by") }
        object("invited_by") {
            $0.field("user_id", person.id.rawValue)
            $0.field("full_name", person.fullName)
        }
    }
}

extension UUID {
    /// Nobody's.
    static let none = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}
