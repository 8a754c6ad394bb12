import HTTP

/// What must hold for any bytes whatever; the fuzzer and the mutation test both ask this.
enum JSONEdge {
    /// Parses the bytes, reads all that is in them, writes it again, and reads that.
    ///
    /// - Returns: the rule that was broken, nil when none was.
    static func brokenRule(for bytes: [UInt8]) -> String? {
        let value: JSON
        do { value = try JSON.parse(bytes) } catch {
            return (0...bytes.count).contains(error.offset) ? nil : "an error lies within the text"
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { return "only UTF-8 is read" }
        var writer = JSONWriter()
        write(value, to: &writer)
        guard let again = try? JSON.parse(writer.bytes) else { return "what is written can be read" }
        guard areEqual(value, again) else { return "what is written is what was read" }
        return nil
    }

    static func write(_ value: JSON, to writer: inout JSONWriter) {
        if let text = value.string { return writer.element(text) }
        if let flag = value.bool { return writer.element(flag) }
        if let number = value.int { return writer.element(number) }
        if let elements = value.elements {
            return writer.array { for element in elements { write(element, to: &$0) } }
        }
        guard let members = value.members else { return writer.element(json: value.source) }
        // The writer's names are literals, so an object is compared through a list of its names and values.
        writer.array {
            for member in members {
                $0.element(member.name)
                write(member.value, to: &$0)
            }
        }
    }

    private static func areEqual(_ value: JSON, _ written: JSON) -> Bool {
        if let members = value.members {
            guard let elements = written.elements, elements.count == members.count * 2 else { return false }
            return members.indices.allSatisfy { index in
                elements[index * 2].string.map { Array($0.utf8) } == Array(members[index].name.utf8)
                    && areEqual(members[index].value, elements[index * 2 + 1])
            }
        }
        guard value.kind == written.kind else { return false }
        if let elements = value.elements {
            guard let others = written.elements, elements.count == others.count else { return false }
            return zip(elements, others).allSatisfy(areEqual)
        }
        return value.bool == written.bool && value.int == written.int
            && value.string.map { Array($0.utf8) } == written.string.map { Array($0.utf8) }
            && (value.isInteger || value.number == written.number)
    }
}
