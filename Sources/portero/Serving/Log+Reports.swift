import Domain
import HTTP
import Services
import Storage

extension Log {
    /// A failure that the client was told of as a bare 500.
    nonisolated func failure(_ error: any Error, of request: Request) {
        event(.error, "request failed") {
            $0.field("request_id", request.id.text)
            $0.field("path", request.path)
            $0.field("error", "\(error)")
        }
    }

    nonisolated func mail(_ report: MailReport) {
        switch report.outcome {
        case .sent: event(.info, "mail sent") { $0.field("mail", report.mail.description) }
        case .retry(let delay, let failure):
            event(.warning, "mail delayed") {
                $0.field("mail", report.mail.description)
                $0.field("retry_in_s", Int(delay.components.seconds))
                $0.field("reason", failure)
            }
        case .givenUp(let failure):
            event(.error, "mail given up") {
                $0.field("mail", report.mail.description)
                $0.field("reason", failure)
            }
        }
    }
}
