import Domain

extension BuiltInRole {
    /// What this contract says of the roles that the database describes in English.
    fileprivate var descripcion: String {
        switch self {
        case .admin: "Puede hacer todo"
        case .staff: "Gestiona salas y reservas"
        case .user: "Puede usar lo suyo"
        }
    }

    static var descripciones: [BuiltInRole: String] {
        Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.descripcion) })
    }
}

extension DirectoryRole {
    /// The name tells what is built in: no organization gives it to a role of its own.
    var descripcion: String {
        BuiltInRole(rawValue: name)?.descripcion ?? description
    }
}
