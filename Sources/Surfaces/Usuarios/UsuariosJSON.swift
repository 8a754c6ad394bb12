import Domain
import HTTP

/// The numbers that ids are made of: exact in JavaScript.
enum Numbers {
    static let range = 1...9_007_199_254_740_991
}

extension ListQuery {
    init(_ page: PageRequest, by sort: Sort) {
        self.init(
            search: page.search,
            sort: sort,
            isDescending: page.order == .descending,
            limit: page.limit,
            offset: page.offset
        )
    }
}

extension JSONWriter {
    mutating func usuario(_ person: DirectoryPerson, withLogin: Bool) {
        field("id", person.number)
        field("username", person.username)
        field("email", person.email)
        field("activo", person.isActive)
        field("fechaCreacion", person.createdAt)
        if withLogin { field("ultimoLogin", person.lastLoginAt) }
        rol(of: person.role)
    }

    mutating func rol(of role: DirectoryRole) {
        object("rol") {
            $0.field("id", role.number)
            $0.field("nombre", role.name)
            $0.field("descripcion", role.descripcion)
        }
    }

    /// All eleven fields for who manages users; whoever looks at themselves is spared dni and salary.
    mutating func empleado(of entry: DirectoryEntry) {
        guard let employee = entry.employee else { return null("empleado") }
        let details = employee.details
        object("empleado") {
            $0.field("id", employee.number)
            $0.field("nombres", details.firstNames)
            $0.field("apellidos", details.lastNames)
            if entry.isComplete { $0.field("dni", details.dni) }
            $0.field("email", details.email)
            $0.field("telefono", details.phone)
            $0.field("direccion", details.address)
            $0.field("fechaNacimiento", details.bornOn)
            $0.field("fechaIngreso", details.hiredOn)
            if entry.isComplete { $0.salario(details.salary) }
            $0.field("estado", details.status?.rawValue)
        }
    }

    /// A number with two places, written as it is kept.
    private mutating func salario(_ salary: Salary?) {
        guard let salary else { return null("salario") }
        field("salario", json: Array(salary.description.utf8)[...])
    }
}
