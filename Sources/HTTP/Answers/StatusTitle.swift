/// What a status is called: RFC 9110's phrases, and what they are in Spanish.
package enum StatusTitle {
    package static func text(for status: Int, in language: Language) -> StaticString {
        switch language {
        case .english: english(status)
        case .spanish: spanish(status)
        }
    }

    /// The reason phrase of a status line, too.
    package static func english(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 423: "Locked"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: status < 400 ? "OK" : "Error"
        }
    }

    private static func spanish(_ status: Int) -> StaticString {
        switch status {
        case 400: "Solicitud incorrecta"
        case 401: "No autorizado"
        case 403: "Prohibido"
        case 404: "No encontrado"
        case 405: "Método no permitido"
        case 408: "Tiempo de espera agotado"
        case 409: "Conflicto"
        case 410: "Ya no existe"
        case 411: "Longitud requerida"
        case 412: "Condición previa no cumplida"
        case 413: "Contenido demasiado grande"
        case 414: "URI demasiado larga"
        case 415: "Tipo de contenido no admitido"
        case 417: "Expectativa fallida"
        case 422: "Contenido no procesable"
        case 423: "Bloqueado"
        case 429: "Demasiadas solicitudes"
        case 431: "Cabeceras demasiado grandes"
        case 500: "Error interno del servidor"
        case 501: "No implementado"
        case 503: "Servicio no disponible"
        case 504: "Tiempo de espera de la pasarela agotado"
        case 505: "Versión de HTTP no admitida"
        default: status < 400 ? "Correcto" : "Error"
        }
    }
}
