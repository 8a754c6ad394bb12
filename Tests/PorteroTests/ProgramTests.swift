import Cryptography
import Foundation
import HTTPServer
import Testing

@testable import portero

@Suite("Program")
struct ProgramTests {
    @Test("Mistakes in the configuration are printed a line each, and the exit code is 78")
    func exitsOnMistakes() {
        let run = Run("serve", environment: ["PORTERO_BCRYPT_COST": "9", "PORTERO_WORKERZ": "1"])
        #expect(run.status == 78)
        #expect(run.output.isEmpty)
        #expect(
            run.complaints.split(separator: "\n").map { $0.prefix(22) } == [
                "portero: PORTERO_BCRYP", "portero: PORTERO_WORKE",
            ]
        )
    }

    @Test("The demo never reaches a database that is not our own")
    func keepsTheDemoAway() {
        let environment = ["DATABASE_URL": "postgresql://h/d", "PORTERO_SECRET": goodSecret]
        let run = Run("serve --demo", environment: environment)
        #expect(run.status == 64)
        #expect(run.complaints.hasPrefix("portero: --demo fills the embedded database only"))
    }

    @Test(
        "The Admin's password comes from its variable, its file, or standard input, in this order",
        arguments: [
            (["PORTERO_ADMIN_PASSWORD": "given"], "typed", "given"), ([:], "typed", "typed"), ([:], "", nil),
            ([:], nil, nil),
            (["PORTERO_ADMIN_PASSWORD_FILE": "/nowhere"], "typed", nil),
        ] as [([String: String], String?, String?)]
    )
    func findsThePassword(_ environment: [String: String], _ typed: String?, _ expected: String?) {
        let program = Program(
            environment: Environment(variables: environment),
            console: Console(
                write: { _ in },
                complain: { _ in },
                readSecretLine: { _ in typed.map { Secret($0) } }
            ),
            wiring: .live
        )
        #expect((try? program.adminPassword())?.text == expected)
    }

    @Test("A port that another program listens on is an obstacle; one of a server of ours is not")
    func examinesPorts() throws {
        for isOurs in [true, false] {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var yes: Int32 = isOurs ? 1 : 0
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, 4)
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &place) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                    #expect(bind(descriptor, place, length) == 0 && listen(descriptor, 1) == 0)
                    getsockname(descriptor, place, &length)
                }
            }
            let address = SocketAddress.local(port: UInt16(bigEndian: place.sin_port))
            #expect(address.obstacle()?.reason == (isOurs ? nil : "Address already in use"))
        }
    }
}
