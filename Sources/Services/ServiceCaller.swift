import Cryptography
package import Domain
import Storage

/// A program whose service key has been checked, and what it may do now.
///
/// Only this room can make one, so holding a `ServiceCaller` is proof of authentication.
package struct ServiceCaller: Sendable {
    package let keyID: ServiceKeyID
    package let organizationID: OrganizationID
    let permissions: Set<String>

    package func require(_ permission: Permission) throws(AuthError) {
        guard permissions.contains(permission.rawValue) else { throw .missing(permission) }
    }
}

/// How service keys are spelled: `psk_` and a random token.
enum ServiceKeyText {
    private static let mark = "psk_"
    /// Enough to tell one's keys apart, and little enough to guess nothing from.
    private static let prefixLength = 10

    static func make() -> String { mark + RandomToken.make() }

    static func prefix(of key: String) -> String { String(key.prefix(prefixLength)) }

    /// SHA-256 of the key, or nil when none is spelled like that.
    static func digest(of presented: String) -> [UInt8]? {
        guard presented.hasPrefix(mark), RandomToken.digest(of: String(presented.dropFirst(mark.count))) != nil
        else { return nil }
        return SHA256.digest(of: presented)
    }
}

extension AuthenticationService {
    /// Checks a service key.
    ///
    /// - Throws: `AuthError.serviceKeyRefused`.
    package func service(presenting key: String) async throws -> ServiceCaller {
        guard let digest = ServiceKeyText.digest(of: key),
            let live = try await dependencies.storage.serviceKeys.live(digest)
        else { throw AuthError.serviceKeyRefused }
        if live.isStale { try await dependencies.storage.serviceKeys.note(live.id) }
        return ServiceCaller(
            keyID: live.id,
            organizationID: live.organizationID,
            permissions: Set(live.permissions)
        )
    }
}
