import Foundation
import Postgres
import Support
import Testing

@Suite("The sesiones surface", .serving(["PORTERO_LOCKOUT_ATTEMPTS": "0"]), .timeLimit(.minutes(10)))
struct SesionesScenarios {
    private static let shape =
        "{Dispositivo: string, Estado_Sesion: integer, Fecha_Expiracion: integer, Fecha_Inicio: integer, "
        + "ID_Sesion: integer, ID_Usuario: integer, Token_Sesion: jwt, Ultima_Actividad: integer}"
    private static let numbers = [
        "ID_Sesion", "ID_Usuario", "Fecha_Inicio", "Fecha_Expiracion", "Estado_Sesion", "Ultima_Actividad",
    ]

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func failure(_ status: Int) -> String { "\(status) {error: string, message: string}" }

    private func own(_ session: TrackedSession) async throws -> JSONText {
        try #require(try await visitor.sesiones("GET", "/self", token: session.token).json)
    }

    private func open(for person: Person, token: String?) async throws -> Reply {
        let number = JSONText.integer(try await site.number(of: person))
        return try await visitor.sesiones("POST", "", token: token, ["ID_Usuario": number, "Dispositivo": "Tableta"])
    }

    @Test("The session of a token is answered with the token, whole seconds and the same numbers as elsewhere")
    func selfObject() async throws {
        let person = try await site.boundMember()
        let session = try await visitor.track(person)
        let reply = try await visitor.sesiones("GET", "/self", token: session.token)
        #expect(reply.shape == "200 " + Self.shape)
        #expect(reply["ID_Sesion"] == .integer(session.number))
        #expect(reply["ID_Usuario"] == .integer(try await site.number(of: person)))
        #expect(reply["Token_Sesion"] == .string(session.token))
        #expect(reply["Estado_Sesion"] == 1)
        let (start, end) = (try #require(reply["Fecha_Inicio"]?.integer), reply["Fecha_Expiracion"]?.integer ?? 0)
        #expect(abs(start - Int(Date().timeIntervalSince1970)) < 60 && abs(end - start - 1800) <= 1)
    }

    @Test("Without a good token of a member, nothing is answered")
    func refusedTokens() async throws {
        let outside = try await site.session(of: site.person(), visitor).access
        let session = try await visitor.track(site.boundMember())
        #expect(try await visitor.post("/logout", ["session_id": .integer(session.number)]).status == 200)
        for (method, path) in [
            ("GET", "/self"), ("POST", ""), ("PUT", ""), ("DELETE", "/logout"), ("DELETE", "/logoutAll"),
        ] {
            for token in [nil, "", "nonsense", session.token] {
                let reply = try await visitor.sesiones(method, path, token: token)
                #expect(reply.shape == failure(401), "\(method) \(path)")
                #expect(reply["error"] == "No autorizado")
                #expect(reply["message"] == "El token falta o ya no es válido")
                #expect(reply.header("WWW-Authenticate") == "X-Auth-Token")
            }
            let reply = try await visitor.sesiones(method, path, token: outside)
            #expect(reply.shape == failure(403), "\(method) \(path)")
            #expect(reply["message"] == "Usted no es miembro de esta organización")
        }
    }

    @Test("A token that is spelled otherwise, sent elsewhere, or sent twice is none; nor is a key that is sent twice")
    func spellings() async throws {
        let session = try await visitor.track(site.boundMember())
        let (token, other) = (session.token, try await visitor.track(site.boundMember()).token)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(token.last.flatMap { alphabet.firstIndex(of: $0) })
        let respelled = (1...3).map { "\(token.dropLast())\(alphabet[last ^ $0])" }
        let changed = ["\(token)=", "\(token).", "Bearer \(token)", token.uppercased(), "\(token.dropLast())"]
        for wrong in respelled + changed {
            #expect(try await visitor.sesiones("GET", "/self", token: wrong).shape == failure(401), "\(wrong)")
        }
        for pair in [[token, token], [token, other], ["", token], [token, "x"]] {
            let reply = try await visitor.get("/sesiones/self", headers: pair.map { ("x-auth-token", $0) })
            #expect(reply.shape == failure(401), "\(pair)")
            let key = try await visitor.post("/sesiones", [:], headers: pair.map { ("x-service-key", $0) })
            #expect(key.shape == failure(401))
        }
        for elsewhere in [("Cookie", "x-auth-token=\(token)"), ("Authorization", "Bearer \(token)")] {
            let target = "/sesiones/self?x-auth-token=\(token)&token=\(token)"
            let reply = try await visitor.get(target, headers: [elsewhere])
            #expect(reply.shape == failure(401), "\(elsewhere)")
        }
        #expect(try await visitor.sesiones("GET", "/self", token: token).status == 200)
    }

    @Test("Oneself, and who manages sessions and may do all that the user can, opens a session")
    func opens() async throws {
        let person = try await site.boundMember()
        let manager = try await site.boundMember(as: site.boundRole(["manage_sessions"]))
        for opener in [person, manager] {
            let token = try await visitor.track(opener).token
            let reply = try await open(for: person, token: token)
            #expect(reply.shape == "201 " + Self.shape)
            #expect(reply["Dispositivo"] == "Tableta" && reply["Estado_Sesion"] == 1)
            let lifetime = (reply["Fecha_Expiracion"]?.integer ?? 0) - (reply["Fecha_Inicio"]?.integer ?? 0)
            #expect(abs(lifetime - 30 * 86_400) <= 1)
            let me = try await visitor.get("/auth/me", token: reply.string("Token_Sesion"))
            #expect(me["id"] == .string(person.idText))
        }
        let trail = try await site.database.texts(
            """
            SELECT concat_ws(' ', event, actor_id = \(manager.id), details ->> 'device') FROM portero.auth_logs
             WHERE user_id = \(person.id) AND event = 'session_created' ORDER BY occurred_at, id
            """
        )
        #expect(trail == ["session_created f Tableta", "session_created t Tableta"])
    }

    @Test("A service key with manage_sessions opens sessions in its own organization alone")
    func serviceKeys() async throws {
        let admin = try await site.boundMember(as: "Admin")
        let token = try await site.session(of: admin, visitor).access
        let organization = try await site.defaultOrganization().uuidString.lowercased()
        func key(_ permission: String) async throws -> String {
            try await visitor.post(
                "/organizations/\(organization)/service-keys",
                ["name": "Reservas", "permissions": [.string(permission)]],
                token: token
            ).string("key")
        }
        let business = try await site.business()
        let foreign = try await business.visitor.post(
            business.serviceKeys,
            ["name": "Otra", "permissions": ["manage_sessions"]],
            token: business.tokens.access
        ).string("key")
        let person = try await site.boundMember()
        let body: JSONText = ["ID_Usuario": .integer(try await site.number(of: person)), "Dispositivo": "Quiosco"]
        func open(_ key: String, _ body: JSONText) async throws -> Reply {
            try await visitor.post("/sesiones", body, headers: [("x-service-key", key)])
        }
        let good = try await key("manage_sessions")
        let reply = try await open(good, body)
        #expect(reply.shape == "201 " + Self.shape)
        #expect(try await visitor.get("/auth/me", token: reply.string("Token_Sesion"))["id"] == .string(person.idText))
        #expect(try await open(try await key("manage_rooms"), body).shape == failure(403))
        for bad in [foreign, "nonsense", "psk_" + String(repeating: "A", count: 43)] {
            #expect(try await open(bad, body).shape == failure(401))
        }
        let staff = try await site.boundMember(as: "Staff")
        let more = try await open(good, body.with(["ID_Usuario": .integer(try await site.number(of: staff))]))
        #expect(more.shape == failure(403))
        let trail = try await site.database.texts(
            """
            SELECT concat_ws(' ', l.reason, l.surface, host(l.address), l.user_id, l.details ->> 'service_key' = k.id::text)
              FROM portero.auth_logs l JOIN portero.service_keys k ON k.id::text = l.details ->> 'service_key'
             WHERE l.event = 'authz_fail' AND l.organization_id = \(try await site.defaultOrganization())
             ORDER BY l.occurred_at, l.id
            """
        )
        #expect(trail == ["manage_sessions sesiones 127.0.0.1 t", "grants_more_than_held sesiones 127.0.0.1 t"])
    }

    @Test("Device, activity and expiry change by the rules, and everything is answered as it is then")
    func changes() async throws {
        let session = try await visitor.track(site.boundMember())
        let object = try await own(session)
        let seen = try #require(object["Ultima_Actividad"]?.integer)
        let end = try #require(object["Fecha_Expiracion"]?.integer)
        _ = try await eventually("the next second") { Int(Date().timeIntervalSince1970) > seen ? true : nil }
        let wanted = object.with([
            "Ultima_Actividad": .integer(seen + 1), "Fecha_Expiracion": .integer(end - 60), "Dispositivo": "Tableta",
        ])
        let reply = try await visitor.sesiones("PUT", "", token: session.token, wanted)
        #expect(reply.status == 200 && reply.json == wanted)
        #expect(try await own(session) == wanted)
        #expect(try await visitor.sesiones("PUT", "", token: session.token, wanted).json == wanted)
    }

    @Test("A session that is to end in the second in which it began does not end before it")
    func endsAtItsBeginning() async throws {
        let session = try await visitor.track(site.boundMember())
        let object = try await own(session)
        let wanted = object.with(["Fecha_Expiracion": object["Fecha_Inicio"]])
        #expect(try await visitor.sesiones("PUT", "", token: session.token, wanted).status == 200)
        let sound = try await site.database.count(
            "SELECT count(*) FROM public.sesion WHERE id = \(session.number) AND fecha_fin >= fecha_inicio"
        )
        #expect(sound == 1)
    }

    @Test("What must stay as it is, or go one way, is a 409 that says which")
    func conflicts() async throws {
        let person = try await site.boundMember()
        let (session, other) = (try await visitor.track(person), try await visitor.track(person))
        let object = try await own(session)
        let (start, end) = (object["Fecha_Inicio"]?.integer ?? 0, object["Fecha_Expiracion"]?.integer ?? 0)
        let cases: [([String: JSONText?], JSONText)] = [
            (["ID_Usuario": 9_007_199_254_740_991], "ID_Usuario no es el de la sesión"),
            (["Token_Sesion": .string(other.token)], "Token_Sesion no es el de la sesión"),
            (["Token_Sesion": "nonsense"], "Token_Sesion no es el de la sesión"),
            (["Fecha_Inicio": .integer(start - 1)], "Fecha_Inicio no es la de la sesión"),
            (
                ["Fecha_Expiracion": .integer(end + 1)],
                "Fecha_Expiracion solo puede adelantarse, y no antes de Fecha_Inicio"
            ),
            (
                ["Fecha_Expiracion": .integer(start - 1)],
                "Fecha_Expiracion solo puede adelantarse, y no antes de Fecha_Inicio"
            ),
            (
                ["Ultima_Actividad": .integer(start - 1)],
                "Ultima_Actividad no puede ser anterior a Fecha_Inicio ni estar en el futuro"
            ),
            (
                ["Ultima_Actividad": .integer(start + 86_400)],
                "Ultima_Actividad no puede ser anterior a Fecha_Inicio ni estar en el futuro"
            ),
        ]
        for (changes, message) in cases {
            let reply = try await visitor.sesiones("PUT", "", token: session.token, object.with(changes))
            #expect(reply.shape == failure(409) && reply["message"] == message, "\(changes)")
            #expect(reply["error"] == "Conflicto")
        }
        #expect(try await own(session) == object)
        let ended = object.with(["Estado_Sesion": 0])
        #expect(try await visitor.sesiones("PUT", "", token: session.token, ended).json == ended)
        #expect(try await visitor.sesiones("GET", "/self", token: session.token).status == 401)
        let revived = try await visitor.sesiones("PUT", "", token: other.token, object)
        #expect(revived.shape == failure(409) && revived["message"] == "La sesión ya ha terminado")
        #expect(try await visitor.sesiones("PUT", "", token: other.token, ended).json == ended)
    }

    @Test("Somebody else's session is changed by who manages sessions where it works, and by nobody else")
    func changesOthers() async throws {
        let session = try await visitor.track(site.boundMember())
        let object = try await own(session)
        let plain = try await visitor.track(site.boundMember(as: "Staff")).token
        #expect(try await visitor.sesiones("PUT", "", token: plain, object).shape == failure(403))
        let manager = try await visitor.track(site.boundMember(as: site.boundRole(["manage_sessions"]))).token
        let ended = object.with(["Estado_Sesion": 0])
        #expect(try await visitor.sesiones("PUT", "", token: manager, ended).json == ended)
        let foreign = try await site.business()
        let number = try await site.database.count(
            "SELECT number FROM portero.sessions WHERE user_id = \(foreign.admin.id)"
        )
        let replies = [
            try await visitor.sesiones("PUT", "", token: manager, object.with(["ID_Sesion": .integer(number)])),
            try await visitor.sesiones("PUT", "", token: manager, object.with(["ID_Sesion": 77])),
        ]
        #expect(replies.map(\.status) == [404, 404] && replies[0].answer.body == replies[1].answer.body)
    }

    @Test("Every field of the object is required, and takes nothing but what it is")
    func badInput() async throws {
        let session = try await visitor.track(site.boundMember())
        let object = try await own(session)
        for name in object.keys {
            let reply = try await visitor.sesiones("PUT", "", token: session.token, object.with([name: nil]))
            #expect(reply.shape == failure(400) && reply["message"] == .string("\(name) es obligatorio"))
        }
        for name in Self.numbers {
            for value in ["1e300", "-1", "1.5", #""1""#, "true", "[]", "9007199254740992", "99999999999999999999"] {
                let text = object.with([name: "§"]).text.replacing("\"§\"", with: value)
                let reply = try await visitor.send(
                    "PUT",
                    "/sesiones",
                    body: text,
                    headers: [("x-auth-token", session.token)]
                )
                #expect(reply.shape == failure(400), "\(name) \(value)")
                #expect(reply.string("message").hasPrefix(name + " "), "\(name) \(value)")
            }
        }
        for (name, value) in [("Estado_Sesion", 2), ("Token_Sesion", 1), ("Dispositivo", 1)] as [(String, Int)] {
            let reply = try await visitor.sesiones(
                "PUT",
                "",
                token: session.token,
                object.with([name: .integer(value)])
            )
            #expect(reply.shape == failure(400), "\(name)")
        }
        let nan = object.with(["ID_Sesion": "§"]).text.replacing("\"§\"", with: "NaN")
        for (method, path) in [("PUT", ""), ("POST", ""), ("DELETE", "/logout"), ("DELETE", "/logoutAll")] {
            for body in [nan, "[]", "{", "1"] {
                let reply = try await visitor.send(
                    method,
                    "/sesiones" + path,
                    body: body,
                    headers: [("x-auth-token", session.token)]
                )
                #expect(reply.shape == failure(400), "\(method) \(body)")
            }
            let typeless = try await visitor.send(
                method,
                "/sesiones" + path,
                body: "{}",
                headers: [("x-auth-token", session.token), ("Content-Type", "text/plain")]
            )
            #expect(typeless.shape == failure(415))
        }
        let empty = try await visitor.sesiones("POST", "", token: session.token, [:])
        #expect(empty["message"] == "ID_Usuario es obligatorio; Dispositivo es obligatorio")
        #expect(try await visitor.sesiones("PATCH", "", token: session.token).shape == failure(405))
        #expect(try await own(session) == object)
    }

    @Test("Logging out ends the session of the token in the body, else of the header, and of no other user")
    func logsOut() async throws {
        let (ana, bruno) = (try await site.boundMember(), try await site.boundMember())
        let (first, second) = (try await visitor.track(ana), try await visitor.track(ana))
        let foreign = try await visitor.track(bruno)
        func logout(_ token: JSONText?) async throws -> Reply {
            let body = token.map { JSONText.object(["Token_Sesion": $0]) }
            return try await visitor.sesiones("DELETE", "/logout", token: first.token, body)
        }
        #expect(try await logout(.string(foreign.token)).shape == failure(403))
        #expect(try await logout(.string("nonsense")).shape == failure(404))
        #expect(try await visitor.sesiones("DELETE", "/logout", token: first.token, [:]).shape == failure(400))
        let reply = try await logout(.string(second.token))
        #expect(reply.json == ["message": "Sesión cerrada", "sesiones_cerradas": 1])
        #expect(try await logout(.string(second.token))["sesiones_cerradas"] == 0)
        #expect(try await visitor.get("/auth/me", token: second.token).status == 401)
        #expect(try await logout(nil)["sesiones_cerradas"] == 1)
        #expect(try await visitor.get("/auth/me", token: first.token).status == 401)
        #expect(try await visitor.get("/auth/me", token: foreign.token).status == 200)
    }

    @Test("Logging out everywhere ends all sessions of the user, those of other surfaces too")
    func logsOutEverywhere() async throws {
        let (ana, bruno) = (try await site.boundMember(), try await site.boundMember())
        let (one, two) = (try await visitor.track(ana), try await site.session(of: ana, visitor).access)
        let foreign = try await visitor.track(bruno)
        let refused = try await visitor.sesiones(
            "DELETE",
            "/logoutAll",
            token: one.token,
            ["Token_Sesion": .string(foreign.token)]
        )
        #expect(refused.shape == failure(403))
        let reply = try await visitor.sesiones(
            "DELETE",
            "/logoutAll",
            token: one.token,
            ["Token_Sesion": .string(two)]
        )
        #expect(reply.json == ["message": "Sesiones cerradas", "sesiones_cerradas": 2])
        for token in [one.token, two] { #expect(try await visitor.get("/auth/me", token: token).status == 401) }
        #expect(try await visitor.get("/auth/me", token: foreign.token).status == 200)
    }
}
