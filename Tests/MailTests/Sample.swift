import Foundation
import Mail

/// Values that the tests of this room share.
enum Sample {
    static let text = "Hola, ¿qué tal?\nUna línea más.\n"

    static func message(
        id: UUID = UUID(),
        from sender: String = "Portero <no-reply@example.org>",
        to recipient: String = "ada@example.org",
        subject: String = "Prueba",
        body: String = text
    ) throws -> Message {
        Message(
            id: id,
            from: try MailAddress(parsing: sender),
            to: try MailAddress(parsing: recipient),
            subject: subject,
            body: body,
            date: Date(timeIntervalSince1970: 1_763_660_640)
        )
    }
}
