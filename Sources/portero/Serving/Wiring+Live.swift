import HTTPServer
import Migrations
import Postgres
import Services

extension Wiring {
    /// The commands, done by the rooms.
    static let live = Wiring(
        migrate: { try await $0.migrate($1) },
        loadDemo: { workplace in
            try await Script.run(Migrations.seed, url: workplace.database.uri, on: workplace.loop)
            return [
                "Demo: three escape rooms with bookings. Everybody's password is Cripta-Sombra-42:",
                "  La Cripta Escape Room  ana@la-cripta.example    Admin",
                "                         bruno@la-cripta.example  Staff",
                "  El Faro Encantado      diego@el-faro.example    Admin",
                "                         elena@el-faro.example    Staff, and Usuario in La Logia",
                "  La Logia del Reloj     fermin@la-logia.example  Admin",
                "                         gala@la-logia.example    Recepción",
                "  clara@correo.example works nowhere",
            ]
        },
        serve: { workplace, stop in
            do {
                try await Server(workplace).run(until: stop)
            } catch let error as CannotListen {
                throw Failure(.unavailable, "\(error)")
            }
        },
        createAdmin: { try await $0.createAdmin($1) },
        createOrganization: { try await $0.createOrganization($1) },
        changeDomains: { try await $0.changeDomains($1) },
        listOrganizations: { try await $0.administering { try await $0.organizations() } },
        listAccounts: { try await $0.listAccounts($1) },
        changeAccount: { try await $0.change($1) },
        examineDatabase: { await $0.examineDatabase() },
        examineMail: { await $0.examineMail(on: $1) }
    )
}
