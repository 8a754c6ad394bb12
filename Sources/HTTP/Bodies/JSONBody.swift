/// Reads the fields of a request's JSON object and collects everything that is wrong with them.
///
///     var body = try JSONBody(request)
///     let email = body.string("email", .line(1...254))
///     let password = body.string("password", .verbatim(upToBytes: 512))
///     try body.finish()
///
/// A required field that is missing or wrong reads as an empty value, which nobody gets to use: `finish` throws. `null`
/// is the same as absent. Names that are not asked for are ignored.
package struct JSONBody {
    private let object: JSON?
    private let prefix: String
    package private(set) var errors: [FieldError] = []

    /// Parses the body.
    ///
    /// - Parameters:
    ///   - request: what carries it.
    ///   - isOptional: no body at all is as good as an empty object.
    /// - Throws: `InvalidBody` when it is no JSON object, or not declared as JSON.
    package init(_ request: borrowing Request, isOptional: Bool = false) throws(InvalidBody) {
        prefix = ""
        if isOptional, request.body.isEmpty {
            object = nil
            return
        }
        guard let type = request.headerBytes("content-type"), MediaType.isJSON(type) else {
            throw .unsupportedMediaType
        }
        let json: JSON
        do { json = try JSON.parse(request.body) } catch { throw .malformed(error) }
        guard json.kind == .object else { throw .notAnObject }
        object = json
    }

    private init(_ object: JSON, within prefix: String) {
        self.object = object
        self.prefix = prefix
    }

    /// Call it once all fields have been read, and before anything is done with them.
    package func finish() throws(InvalidBody) {
        guard errors.isEmpty else { throw .fields(errors) }
    }

    /// Notes that a field is wrong by a rule of the caller's.
    package mutating func refuse(_ name: StaticString, _ kind: FieldError.Kind) {
        errors.append(FieldError(prefix + name.description, kind))
    }

    /// The field's value; nil when it is absent or `null`.
    package func value(_ name: StaticString) -> JSON? {
        guard let value = object?[name], value.kind != .null else { return nil }
        return value
    }

    /// Reads an object within this one; its fields' errors bear its name.
    package mutating func object<Value>(
        _ name: StaticString,
        _ read: (inout JSONBody) -> Value
    ) -> Value? {
        guard let value = value(name) else { return nil }
        guard value.kind == .object else {
            refuse(name, .wrongType(expected: .object))
            return nil
        }
        var inner = JSONBody(value, within: prefix + name.description + ".")
        let result = read(&inner)
        errors += inner.errors
        return result
    }

    /// Notes that a required field is absent, unless something else was found wrong with it just now.
    mutating func require<Value>(_ name: StaticString, _ read: (inout JSONBody) -> Value?) -> Value? {
        let before = errors.count
        let value = read(&self)
        if value == nil, errors.count == before { refuse(name, .missing) }
        return value
    }

    /// Notes that an element of a list is wrong.
    package mutating func refuse(_ name: StaticString, element index: Int, _ kind: FieldError.Kind) {
        errors.append(FieldError("\(prefix)\(name)[\(index)]", kind))
    }
}
