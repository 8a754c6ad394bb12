import HTTP

/// Decides from the head alone whether a request may be read to its end and answered.
///
/// The parser knows the grammar; this knows what two readers of the same head could disagree about, and refuses it.
struct HeadPolicy: Sendable {
    let bodyLimit: Int

    /// What an admitted head says.
    struct Admission {
        var method: Method
        /// The client waits for a word before it sends the body.
        var expectsContinue = false
    }

    /// Reduces the target of an admitted head to origin form.
    func admit(_ head: inout ParsedHead) throws(Refusal) -> Admission {
        let fields = try survey(head)
        try checkFraming(head, fields)
        var admission = Admission(method: try method(of: head))
        switch try RequestTarget(head.text.span.extracting(head.target.indices)) {
        case .origin: break
        case .asterisk:
            guard admission.method == .options else { throw .badTarget }
        case .absolute(let authority): head.reduceTarget(authority: authority, hostField: fields.host)
        }
        if !head.isChunked, let length = head.length, length > UInt64(bodyLimit) { throw .bodyTooLarge }
        admission.expectsContinue = fields.expects && !head.isVersion1_0
        return admission
    }

    /// What is to be known of the fields, found in one pass over them.
    private struct Survey {
        var host: Int
        var length: Int?
        var coding: Int?
        var expects = false
    }

    private func survey(_ head: ParsedHead) throws(Refusal) -> Survey {
        var survey = Survey(host: -1)
        var hasAuthorization = false
        var hasContentType = false
        let bytes = head.text.span
        for index in head.fields.indices {
            let name = bytes.extracting(head.fields[index].name.indices)
            switch name.count {
            case 4 where name.isName("host"):
                if survey.host >= 0 { throw .severalHosts }
                survey.host = index
            case 6 where name.isName("expect"):
                if head.isVersion1_0 { continue }
                guard bytes.extracting(head.fields[index].value.indices).isName("100-continue") else {
                    throw .unknownExpectation
                }
                survey.expects = true
            case 12 where name.isName("content-type"):
                if hasContentType { throw .severalContentTypes }
                hasContentType = true
            case 13 where name.isName("authorization"):
                if hasAuthorization { throw .severalAuthorizations }
                hasAuthorization = true
            case 14 where name.isName("content-length"):
                if survey.length != nil { throw .severalContentLengths }
                survey.length = index
            case 17 where name.isName("transfer-encoding"):
                if survey.coding != nil { throw .severalTransferEncodings }
                survey.coding = index
            default: break
            }
        }
        guard survey.host >= 0 else { throw .noHost }
        guard HostName.isValid(bytes.extracting(head.fields[survey.host].value.indices)) else { throw .badHost }
        return survey
    }

    private func checkFraming(_ head: ParsedHead, _ fields: Survey) throws(Refusal) {
        let bytes = head.text.span
        if let length = fields.length {
            let value = bytes.extracting(head.fields[length].value.indices)
            for index in value.indices where !(0x30...0x39).contains(value[index]) { throw .badContentLength }
            if value.isEmpty { throw .badContentLength }
        }
        guard let coding = fields.coding else { return }
        if head.isVersion1_0 { throw .transferEncodingInVersion1_0 }
        if fields.length != nil { throw .badFraming }
        let value = bytes.extracting(head.fields[coding].value.indices)
        if value.isName("chunked"), head.isChunked { return }
        // Not chunked at the end: the length cannot be told at all. Chunked, but something else before: it can.
        throw head.isChunked || !value.mentionsChunked ? .unknownTransferEncoding : .badTransferEncoding
    }

    private func method(of head: ParsedHead) throws(Refusal) -> Method {
        let name = head.text.span.extracting(head.method.indices)
        if let method = Method(name: name) { return method }
        throw name.isExactly("TRACE") ? .traceMethod : .unknownMethod
    }
}

extension Span<UInt8> {
    /// Whether `chunked` is among the codings of this list.
    fileprivate var mentionsChunked: Bool {
        var start = 0
        for index in 0...count where index == count || self[index] == UInt8(ascii: ",") {
            var part = start..<index
            while let first = part.first, self[first] == 0x20 || self[first] == 0x09 { part = part.dropFirst() }
            while let last = part.last, self[last] == 0x20 || self[last] == 0x09 { part = part.dropLast() }
            if extracting(part).isName("chunked") { return true }
            start = index + 1
        }
        return false
    }
}
