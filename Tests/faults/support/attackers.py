"""Clients that take as long as they can."""

import asyncio
import select
import socket
import time

from support.client import message


class Attacker:
    #: Seconds after which the server should have had enough.
    deadline = 10

    def __init__(self, server, token):
        self.server = server
        self.token = token
        #: When the server closed the connection.
        self.ended = None
        self.socket = None

    async def attack(self, seconds):
        loop, until = asyncio.get_running_loop(), time.monotonic() + seconds
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.setblocking(False)
        try:
            async with asyncio.timeout_at(loop.time() + seconds):
                await loop.sock_connect(self.socket, self.server.address)
                await self.dawdle(loop, until)
        except TimeoutError:
            return
        except OSError:
            pass
        self.ended = time.monotonic()

    async def dawdle(self, loop, until):
        """Returns when the server has ended the connection."""
        raise NotImplementedError

    def leave(self):
        self.socket.close()

    async def drip(self, loop, until, beginning, drop):
        await loop.sock_sendall(self.socket, beginning)
        while time.monotonic() < until:
            try:
                async with asyncio.timeout(1):
                    if not await loop.sock_recv(self.socket, 4096):
                        return
            except TimeoutError:
                await loop.sock_sendall(self.socket, drop)
        raise TimeoutError


class SlowHead(Attacker):
    """A field of the head a second."""

    async def dawdle(self, loop, until):
        await self.drip(loop, until, b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n")


class SlowBody(Attacker):
    """A byte of the body a second."""

    deadline = 30

    async def dawdle(self, loop, until):
        head = b"POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        await self.drip(loop, until, head, b" ")


class SlowReader(Attacker):
    """Asks for much, and reads a byte a second of it."""

    deadline = 30

    async def dawdle(self, loop, until):
        request = message("GET", "/auth/sessions", token=self.token)
        await loop.sock_sendall(self.socket, request * 40)
        while time.monotonic() < until:
            await asyncio.sleep(1)
            # What the kernel has received already can be read for ages: a reset shows before that.
            if self.is_reset or not await loop.sock_recv(self.socket, 1):
                return
        raise TimeoutError

    @property
    def is_reset(self):
        poll = select.poll()
        poll.register(self.socket, 0)
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))
