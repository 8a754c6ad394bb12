/// Why a request's body is refused.
package enum InvalidBody: Error, Sendable, Hashable {
    /// The body is not declared as JSON in UTF-8.
    case unsupportedMediaType
    case malformed(JSONError)
    case notAnObject
    case fields([FieldError])

    package var status: Int {
        switch self {
        case .unsupportedMediaType: 415
        case .malformed, .notAnObject, .fields: 400
        }
    }
}

/// A body's fields are all there, or it was refused: what is nil here was never looked at.
package func required<Value>(_ value: Value?) throws(InvalidBody) -> Value {
    guard let value else { throw .notAnObject }
    return value
}
