extension Refusal {
    /// What `detail` says, in Spanish.
    var spanishDetail: StaticString {
        switch self {
        case .badLine:
            """
            Una línea de la cabecera o del final tiene un carácter de control, un salto que no es CR LF, o empieza con un \
            espacio; las líneas terminan en CR LF, y ninguna continúa la anterior.
            """
        case .badRequestLine:
            "La primera línea no es válida; es un método, un destino y una versión, con un espacio entre ellos."
        case .badTarget:
            "El destino no se acepta; es una ruta que empieza con una barra, en ASCII, o una URL http."
        case .badField:
            """
            Un campo de la cabecera está mal formado; es un nombre de letras, dígitos y guiones, dos puntos enseguida, y \
            un valor.
            """
        case .noHost: "Falta el campo Host; una solicitud tiene exactamente uno."
        case .severalHosts: "Hay más de un campo Host; una solicitud tiene exactamente uno."
        case .badHost: "El campo Host está mal formado; es un nombre o una dirección, y quizá un puerto."
        case .severalAuthorizations: "Hay más de un campo Authorization; una solicitud tiene a lo sumo uno."
        case .severalContentTypes: "Hay más de un campo Content-Type; una solicitud tiene a lo sumo uno."
        case .severalContentLengths: "Hay más de un campo Content-Length; una solicitud tiene a lo sumo uno."
        case .badContentLength: "El campo Content-Length está mal formado; es un número en dígitos decimales."
        case .badFraming:
            """
            Content-Length y Transfer-Encoding están mal formados o se contradicen; una solicitud tiene un número como \
            Content-Length, o el Transfer-Encoding chunked, y no ambos.
            """
        case .severalTransferEncodings: "Hay más de un campo Transfer-Encoding; una solicitud tiene a lo sumo uno."
        case .badTransferEncoding: "El campo Transfer-Encoding no termina en chunked; es chunked, una vez."
        case .transferEncodingInVersion1_0:
            "HTTP/1.0 no conoce Transfer-Encoding; envíe un Content-Length, o use HTTP/1.1."
        case .badChunk:
            """
            Un trozo del cuerpo está mal formado; es su tamaño en a lo sumo 16 dígitos hexadecimales, CR LF, esos bytes, \
            y CR LF.
            """
        case .traceMethod: "Aquí no se responde a TRACE; use otro método."
        case .slowHead: "La cabecera de la solicitud no llegó a tiempo; envíela de una vez."
        case .slowBody: "El cuerpo de la solicitud no llegó a tiempo; envíelo de una vez."
        case .bodyTooLarge: "El cuerpo de la solicitud es demasiado grande; envíe menos."
        case .targetTooLong: "El destino de la solicitud es demasiado largo; acorte su ruta o su consulta."
        case .unknownExpectation: "El campo Expect pide algo que aquí no se conoce; es 100-continue."
        case .headTooLarge: "La cabecera de la solicitud es demasiado grande; envíe campos menos o más cortos."
        case .tooManyFields: "La solicitud tiene demasiados campos en su cabecera; envíe menos."
        case .unknownMethod: "Aquí no se conoce ese método; son GET, HEAD, POST y otros, en mayúsculas."
        case .unknownTransferEncoding:
            "El campo Transfer-Encoding nombra una codificación que aquí no se conoce; es chunked."
        case .tooManyConnections: "Hay demasiadas conexiones en este momento; vuelva a intentarlo más tarde."
        case .tooManyConnectionsFromNetwork:
            "Hay demasiadas conexiones desde esta dirección; cierre algunas, o úselas para varias solicitudes."
        case .outOfMemory: "No hay memoria para esta solicitud en este momento; vuelva a intentarlo más tarde."
        case .unknownVersion: "Aquí no se habla esa versión de HTTP; es HTTP/1.1 o HTTP/1.0."
        }
    }
}
