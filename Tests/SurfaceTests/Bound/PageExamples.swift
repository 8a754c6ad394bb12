import Foundation
import Postgres
import Support
import Testing

/// The JavaScript of the pages, run as it stands but for the port.
@Suite("The examples of the bound surfaces", .serving(["PORTERO_LOCKOUT_ATTEMPTS": "0"]), .timeLimit(.minutes(10)))
struct PageExamples {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../..").standardized
    private static let node = ["/usr/bin/node", "/usr/local/bin/node", "/usr/bin/nodejs"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("session-tracking: logging in keeps the number, logging out ends the session", .enabled(if: node != nil))
    func sessionTracking() async throws {
        let person = try await site.boundMember()
        let ending = """
            const kept = {};
            globalThis.localStorage = {
              setItem: (name, value) => { kept[name] = String(value); },
              getItem: (name) => kept[name] ?? null,
              removeItem: (name) => { delete kept[name]; },
            };
            (async () => {
              const token = await iniciar('\(person.email)', '\(person.password)');
              const number = kept.session_id;
              const ended = await cerrar();
              console.log(JSON.stringify({ token, number, ended, left: Object.keys(kept).length }));
            })().catch((error) => { console.log(String(error)); process.exit(1); });
            """
        let told = try await run(page: "session-tracking", ending)
        #expect(told.shape == "{ended: bool, left: integer, number: string, token: jwt}")
        #expect(told["ended"] == true && told["left"] == 0)
        #expect(try await site.visitor().get("/auth/me", token: told["token"]?.string).status == 401)
        let number = Int(told["number"]?.string ?? "") ?? 0
        #expect(
            try await site.database.count(
                "SELECT count(*) FROM public.sesion WHERE id = \(number) AND fecha_fin IS NOT NULL"
            ) == 1
        )
    }

    @Test("sesiones: activity is noted, and the session ends", .enabled(if: node != nil))
    func sesiones() async throws {
        let token = try await site.visitor().track(site.boundMember()).token
        let ending = """
            (async () => {
              const sesion = await actividad('\(token)');
              const salida = await salir('\(token)');
              console.log(JSON.stringify({ sesion, salida }));
            })().catch((error) => { console.log(String(error)); process.exit(1); });
            """
        let told = try await run(page: "sesiones", ending)
        #expect(told["sesion"]?["Estado_Sesion"] == 1)
        #expect(told["salida"] == ["message": "Sesión cerrada", "sesiones_cerradas": 1])
    }

    /// Runs the page's script and `ending`, and reads what they print.
    private func run(page: String, _ ending: String) async throws -> JSONText {
        let text = try String(contentsOf: Self.root.appending(path: "docs/surfaces/\(page).md"), encoding: .utf8)
        let script = try #require(text.firstMatch(of: /```js\n([\s\S]*?)```/).map { String($0.1) })
        #expect(script.contains("http://127.0.0.1:8000"))
        let local = script.replacing("http://127.0.0.1:8000", with: "http://127.0.0.1:\(site.server.port)")
        let file = site.folder.appending(path: "\(page).js")
        try (local + "\n" + ending).write(to: file, atomically: true, encoding: .utf8)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: try #require(Self.node))
        process.arguments = [file.path]
        process.standardOutput = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        #expect(process.terminationStatus == 0, "\(String(decoding: printed, as: UTF8.self))")
        return try #require(JSONText(Array(printed)))
    }
}
