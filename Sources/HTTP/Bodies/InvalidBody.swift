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
