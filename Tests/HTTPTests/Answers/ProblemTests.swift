import Foundation
import HTTP
import Testing

@Suite("Problem details")
struct ProblemTests {
    private func text(_ response: Response) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test("A problem has the status's own title, in the answer's language")
    func titles() {
        let problem = Problem(status: 409, detail: "x")
        let english = problem.response(in: .english)
        #expect(english.status == 409)
        #expect(english.contentType.value.description == "application/problem+json; charset=utf-8")
        #expect(text(english) == #"{"type":"about:blank","title":"Conflict","status":409,"detail":"x"}"#)
        #expect(text(Problem(status: 401).response(in: .spanish)).contains(#""title":"No autorizado","status":401}"#))
    }

    @Test("Fields at fault are listed, and named in the detail")
    func fields() {
        let refusal = InvalidBody.fields([
            FieldError("email", .missing), FieldError("age", .wrongType(expected: .integer)),
        ])
        #expect(
            text(Problem(refusal, in: .english).response(in: .english))
                == #"{"type":"about:blank","title":"Bad Request","status":400,"detail":"Check these fields: email, age","#
                + #""errors":[{"field":"email","message":"is required"},{"field":"age","message":"must be an integer"}]}"#
        )
        #expect(Problem(refusal, in: .spanish).errors.first?.message == "es obligatorio")
    }

    @Test("Every refusal of this room has its status and a wording in both languages")
    func refusals() {
        let bodies: [(InvalidBody, Int)] = [
            (.unsupportedMediaType, 415), (.notAnObject, 400), (.malformed(JSONError(.nul, at: 3)), 400),
            (.fields([FieldError("a", .missing)]), 400),
        ]
        for (refusal, status) in bodies {
            #expect(refusal.status == status)
            for language in Language.allCases {
                #expect(Problem(refusal, in: language).status == status)
                #expect(Problem(refusal, in: language).detail?.isEmpty == false)
            }
            #expect(Problem(refusal, in: .english).detail != Problem(refusal, in: .spanish).detail)
        }
        #expect(Problem(InvalidBody.malformed(JSONError(.nul, at: 3)), in: .english).detail?.contains("byte 3") == true)
        #expect(Problem(InvalidQuery.malformed, in: .english).status == 400)
        #expect(Problem(Unroutable.unknownPath, in: .english).status == 404)
        #expect(Problem(Unroutable.methodNotAllowed(allowed: "GET"), in: .spanish).status == 405)
    }

    @Test("Text in a problem is escaped")
    func escapes() throws {
        let response = Problem(status: 400, detail: "\"}\u{1}").response(in: .english)
        let read = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        #expect(read?["detail"] as? String == "\"}\u{1}")
    }
}
