import HTTPServer
import Reactor

extension Command {
    static let doctor = Command(
        name: "doctor",
        summary: "checks secret, ports, domains, mail, database, migrations, role and clock",
        discussion: """
            A line each; the exit code is 1 if a check fails. Connects and logs in to the mail server, and sends
            nothing. Changes nothing but what a start would make.
            """
    ) { _, program in
        let configuration = try Configuration(reading: program.environment)
        let findings = try program.examine(configuration)
        program.console.write(
            aligned(findings.map { [$0.isWell ? "ok" : "FAILED", $0.subject, $0.detail] })
        )
        return findings.allSatisfy(\.isWell) ? 0 : Failure.Kind.failed.rawValue
    }
}

extension Program {
    fileprivate func examine(_ configuration: Configuration) throws -> [Finding] {
        let own = [secret(configuration)] + ports(configuration) + [configuration.examineDomains()]
        let others = try EventLoop.runToCompletion { loop in
            [await wiring.examineMail(configuration, loop)] + (await database(configuration, loop))
        }
        return own + others
    }

    private func database(_ configuration: Configuration, _ loop: EventLoop) async -> [Finding] {
        do {
            return try await visit(configuration, on: loop) { await wiring.examineDatabase($0) }
        } catch {
            return [Finding(subject: "database", isWell: false, detail: "\(error)")]
        }
    }

    private func secret(_ configuration: Configuration) -> Finding {
        guard configuration.secrets.isEmpty else {
            return Finding(
                subject: "secret",
                isWell: true,
                detail: "PORTERO_SECRET, \(configuration.secrets.count) in all"
            )
        }
        do {
            let directory = try DataDirectory(creating: configuration.dataDirectory)
            let count = try directory.secrets().count
            let others = count > 1 ? ", \(count) in all" : ""
            return Finding(subject: "secret", isWell: true, detail: directory.secretPath + others)
        } catch {
            return Finding(subject: "secret", isWell: false, detail: error.description)
        }
    }

    private func ports(_ configuration: Configuration) -> [Finding] {
        let listeners = [
            ("PORTERO_LISTEN", configuration.listen), ("PORTERO_LISTEN_USUARIOS", configuration.listenUsuarios),
            ("PORTERO_METRICS", configuration.metrics),
        ]
        var findings: [Finding] = []
        for case (let name, let address?) in listeners {
            let obstacle = address.obstacle()
            let detail = "\(name) \(address)" + (obstacle.map { ": \($0.reason)" } ?? "")
            findings.append(Finding(subject: "port", isWell: obstacle == nil, detail: detail))
        }
        return findings
    }
}
