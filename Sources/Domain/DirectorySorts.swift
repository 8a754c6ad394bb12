package enum PersonSort: String, CaseIterable, Sendable {
    case number
    case username
    case email
    case isActive = "is_active"
    case createdAt = "created_at"
    case lastLoginAt = "last_login_at"
    case role
}

package enum RoleSort: String, CaseIterable, Sendable {
    case number
    case name
    case description
    case createdAt = "created_at"
}

package enum OpenSessionSort: String, CaseIterable, Sendable {
    case createdAt = "created_at"
    case number
    case user
    case expiresAt = "expires_at"
    case address
    case userAgent = "user_agent"
}
