import Domain
import HTTP

extension AuthError {
    /// The fields at fault, where the refusal is about one.
    func items(in language: HTTP.Language) -> [Problem.Item] {
        switch self {
        case .wrongCurrentPassword:
            [Problem.Item(field: "current_password", message: language.choose("is wrong", "no es correcta"))]
        case .emailTaken:
            [Problem.Item(field: "email", message: language.choose("is taken", "ya está registrado"))]
        case .invitationPending:
            [Problem.Item(field: "email", message: language.choose("is invited already", "ya está invitado"))]
        case .alreadyMember:
            [Problem.Item(field: "email", message: language.choose("is a member's already", "ya es de un miembro"))]
        case .unknownRole:
            [
                Problem.Item(
                    field: "role_id",
                    message: language.choose("is no role of this organization", "no es un rol de esta organización")
                )
            ]
        case .unknownPermissions(let places):
            places.map { place in
                Problem.Item(
                    field: "permissions[\(place)]",
                    message: language.choose(
                        "is no permission of this organization",
                        "no es un permiso de esta organización"
                    )
                )
            }
        case .slugTaken: [Problem.Item(field: "slug", message: taken(in: language))]
        case .domainTaken: [Problem.Item(field: "domains", message: taken(in: language))]
        case .roleNameTaken, .permissionNameTaken: [Problem.Item(field: "name", message: taken(in: language))]
        case .expiryInThePast:
            [
                Problem.Item(
                    field: "expires_at",
                    message: language.choose("must lie in the future", "debe estar en el futuro")
                )
            ]
        default: []
        }
    }

    private func taken(in language: HTTP.Language) -> String {
        language.choose("is taken", "ya está en uso")
    }
}
