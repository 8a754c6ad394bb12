import Domain
import FoundationEssentials
import Mail
import Postgres
import Reactor

extension Workplace {
    /// The role that the server's connections take on.
    static let runtimeRole = "portero_app"

    func examineDatabase() async -> [Finding] {
        do {
            _ = try await Probe.clock(of: database.uri, on: loop)
        } catch {
            return [Finding(subject: "database", isWell: false, detail: "\(database): \(error)")]
        }
        return [
            Finding(subject: "database", isWell: true, detail: database.description), await migrations(),
            await runtimeRole(), await clock(),
        ]
    }

    private func migrations() async -> Finding {
        do {
            let status = try await migrator.status()
            let pending = status.count { !$0.isApplied }
            let detail = pending == 0 ? "\(status.count) applied" : "\(pending) pending: run portero migrate"
            return Finding(subject: "migrations", isWell: pending == 0, detail: detail)
        } catch {
            return Finding(subject: "migrations", isWell: false, detail: "\(error)")
        }
    }

    private func runtimeRole() async -> Finding {
        let role = Self.runtimeRole
        do {
            _ = try await Probe.clock(of: database.uri, as: role, on: loop)
            return Finding(subject: "role", isWell: true, detail: role)
        } catch {
            return Finding(subject: "role", isWell: false, detail: "\(role) cannot be taken on: \(error)")
        }
    }

    private func clock() async -> Finding {
        do {
            let asked = Date()
            let theirs = try await Probe.clock(of: database.uri, on: loop)
            // it was read somewhere between the question and the answer
            let ours = asked.addingTimeInterval(Date().timeIntervalSince(asked) / 2)
            return Finding(clockAheadBy: .seconds(theirs.timeIntervalSince(ours)))
        } catch {
            return Finding(subject: "clock", isWell: false, detail: "\(error)")
        }
    }
}

extension Finding {
    /// What a database's clock that is so far ahead of ours means: tokens are ours, and what expires in the database is
    /// judged by its clock.
    init(clockAheadBy difference: Duration) {
        let amount = difference < .zero ? .zero - difference : difference
        let milliseconds = amount.components.seconds * 1000 + amount.components.attoseconds / 1_000_000_000_000_000
        let text =
            milliseconds < 1000 ? "\(milliseconds) ms" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        self.init(
            subject: "clock",
            isWell: amount <= .seconds(5),
            detail: "the database's is \(text) \(difference < .zero ? "behind" : "ahead of") this machine's"
        )
    }
}

extension Configuration {
    /// Warns where others than this machine may come and take what hosts they like.
    func examineDomains() -> Finding {
        let warning =
            organizationDomains == .any && isWithinReach
            ? "; whoever manages an organization takes any host that none has yet: give yours first "
                + "(portero organization domain), or name those that are open" : ""
        let shown = SettingKind<OpenDomains>.openDomains.show(organizationDomains)
        return Finding(
            subject: "domains",
            isWell: true,
            detail: "PORTERO_ORGANIZATION_DOMAINS \(shown)\(warning)"
        )
    }

    /// Where mails that are not sent are kept.
    func mailFolder() throws(Failure) -> String {
        "\(try DataDirectory(creating: dataDirectory).path)/mail"
    }

    func examineMail(on loop: EventLoop) async -> Finding {
        guard let mailServer else {
            do throws(Failure) {
                let folder = try mailFolder()
                return Finding(subject: "mail", isWell: true, detail: "no PORTERO_SMTP_URL: files in \(folder)")
            } catch {
                return Finding(subject: "mail", isWell: false, detail: error.description)
            }
        }
        let patience = Duration.seconds(5)
        let transport = SMTPTransport(mailServer, on: loop, connectTimeout: patience, totalTimeout: patience)
        if let obstacle = await transport.obstacle() {
            return Finding(subject: "mail", isWell: false, detail: "\(mailServer): \(obstacle)")
        }
        let warning = mailServer.sendsPasswordInClear ? "; user and password travel unencrypted" : ""
        return Finding(subject: "mail", isWell: true, detail: "\(mailServer)\(warning)")
    }
}
