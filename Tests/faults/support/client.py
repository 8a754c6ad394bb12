"""An HTTP/1.1 client that says exactly what became of a request."""

import asyncio
import dataclasses
import json
import socket
import struct
import time


@dataclasses.dataclass
class Answer:
    """What became of a request: `fate` is answered, refused (nobody listens), lost (no whole answer) or hung."""

    fate: str
    began: float
    seconds: float
    status: int = 0
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""
    reason: str = ""

    @property
    def ended(self):
        return self.began + self.seconds

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        """For a fault's line."""
        if self.fate != "answered":
            return f"{self.fate} after {self.seconds:.2f} s {self.reason}"
        return f"{self.status} after {self.seconds:.2f} s {self.body[:120].decode(errors='replace')}"


class Client:
    """One keep-alive connection, opened again when it is gone."""

    def __init__(self, server, patience=10):
        self.server = server
        self.patience = patience
        self.reader = self.writer = None

    async def ask(self, method, path, body=None, token=None, request_id=None):
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.patience):
                if self.writer is None:
                    try:
                        await self.connect()
                    except OSError as error:
                        return Answer("refused", began, time.monotonic() - began, reason=str(error))
                self.send(method, path, body, token, request_id)
                status, headers, content = await self.read()
        except TimeoutError:
            self.abort()
            return Answer("hung", began, time.monotonic() - began)
        except (OSError, EOFError, ValueError) as error:
            self.abort()
            return Answer("lost", began, time.monotonic() - began, reason=repr(error))
        if headers.get("connection") == "close":
            self.close()
        return Answer("answered", began, time.monotonic() - began, status, headers, content)

    async def connect(self):
        host, port = self.server.address
        self.reader, self.writer = await asyncio.open_connection(host, port)

    def send(self, method, path, body=None, token=None, request_id=None):
        self.writer.write(message(method, path, body, token, request_id))

    async def read(self):
        """The next answer; EOFError where it ends before its end."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.lower()] = value.strip()
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(lines[0].split(" ")[1]), headers, body

    def close(self):
        if self.writer is not None:
            self.writer.close()
            self.reader = self.writer = None

    def abort(self):
        if self.writer is not None:
            self.writer.transport.abort()
            self.reader = self.writer = None

    def reset(self):
        """Cuts the connection with an RST, whatever is on its way."""
        if self.writer is not None:
            cut(self.writer.get_extra_info("socket"))
            self.abort()


def cut(connection):
    """Makes closing this socket a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def message(method, path, body=None, token=None, request_id=None):
    """A request's bytes."""
    content = b"" if body is None else json.dumps(body).encode()
    head = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if body is not None:
        head += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if request_id:
        head.append(f"X-Request-Id: {request_id}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content
