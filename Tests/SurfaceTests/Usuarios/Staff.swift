import Foundation
import Postgres
import Support
import Testing

/// An organization with its Admin, as the tests of the usuarios surface work in it.
struct Staff: Sendable {
    let site: Site
    let visitor: Visitor
    let organization: UUID
    let admin: Person
    let token: String
    /// What brings a request to the organization.
    let host: String

    var headers: [(name: String, value: String)] { [("Host", host)] }

    static let listening = [
        "PORTERO_LISTEN_USUARIOS": "127.0.0.1:0", "PORTERO_RATE_LIMIT_PER_MINUTE": "0",
        "PORTERO_RATE_LIMIT_PER_HOUR": "0", "PORTERO_CORS_ORIGINS": "https://panel.example",
    ]

    static func hired(at site: Site, _ name: String = "La Cripta") async throws -> Staff {
        let admin = try await site.person("Ana Llaves")
        let organization = try await site.organization(name, with: admin, as: "Admin")
        let host = "h\(UInt64.random(in: 0 ... .max)).example"
        try await site.database.run(
            "INSERT INTO portero.organization_domains (domain, organization_id) VALUES (\(host), \(organization))"
        )
        return Staff(
            site: site,
            visitor: try site.usuarios(),
            organization: organization,
            admin: admin,
            token: try await site.session(of: admin).access,
            host: host
        )
    }

    /// Somebody with a role of the organization, with their token.
    func member(_ name: String = "Bruno Candado", as role: String = "Usuario") async throws -> (Person, String) {
        let person = try await site.person(name)
        try await site.join(person, to: organization, as: role)
        return (person, try await site.session(of: person).access)
    }

    /// A role with permissions of its own.
    func role(_ name: String, _ permissions: [String]) async throws {
        let id = UUID()
        try await site.database.run(
            "INSERT INTO portero.roles (id, organization_id, name) VALUES (\(id), \(organization), \(name))"
        )
        try await site.database.run(
            """
            INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
            SELECT \(organization), \(id), p.id FROM portero.permissions p
             WHERE p.organization_id IS NULL AND p.name = ANY (\(permissions))
            """
        )
    }

    func roleNumber(_ name: String) async throws -> Int {
        try await site.database.count(
            "SELECT number FROM portero.roles WHERE organization_id = \(organization) AND name = \(name)"
        )
    }

    func number(of person: Person) async throws -> Int {
        try await site.database.count("SELECT number FROM portero.users WHERE id = \(person.id)")
    }

    func get(_ path: String, _ token: String? = nil) async throws -> Reply {
        try await visitor.get("/api" + path, token: token ?? self.token, headers: headers)
    }

    func send(_ method: String, _ path: String, _ body: JSONText? = nil, _ token: String? = nil) async throws -> Reply {
        try await visitor.send(
            method,
            "/api" + path,
            body: body?.text ?? "",
            token: token ?? self.token,
            headers: headers
        )
    }

    /// A body that makes an account, with changes; nil leaves a field out.
    func newcomer(_ changes: [String: JSONText?] = [:]) async throws -> JSONText {
        let unique = UInt64.random(in: 0 ... .max)
        var members: [String: JSONText?] = [
            "username": .string("clara.\(unique)"), "email": .string("clara-\(unique)@correo.example"),
            "password": .string(Person.password), "rolId": .integer(try await roleNumber("Staff")), "activo": true,
        ]
        for (name, value) in changes { members[name] = value }
        return .object(members.compactMapValues(\.self))
    }

    static let empleado = empleado(dni: "12345678-A")

    static func empleado(dni: JSONText) -> JSONText {
        [
            "nombres": "José Ángel", "apellidos": "Muñoz", "dni": dni, "email": "jose@correo.example",
            "telefono": "+51 999 888 777", "direccion": "Calle 1", "fechaNacimiento": "1990-02-28",
            "fechaIngreso": "2020-01-31", "salario": 1500.5, "estado": "activo",
        ]
    }
}

extension Site {
    /// Somebody who speaks to the usuarios surface.
    func usuarios(from address: String? = nil) throws -> Visitor {
        Visitor(to: try #require(server.usuariosPort, "the suite's server has no usuarios listener"), from: address)
    }
}
