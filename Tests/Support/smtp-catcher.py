#!/usr/bin/python3
"""A real SMTP server that keeps what it is given, and misbehaves as it is told.

    smtp-catcher.py DIRECTORY [--port N] [--tls | --starttls] [--login USER:PASSWORD]

Each mail becomes DIRECTORY/0001.eml (as it came) and 0001.json (as Python's email package reads it), in the order of
arrival. --tls speaks TLS from the first byte, --starttls takes no mail before STARTTLS; both make a certificate for
localhost, DIRECTORY/certificate.pem, which is its own authority. --login takes no mail before that login.

Standard input takes orders, a JSON object a line, each obeyed from the next connection's arrival at that stage on:
    {"stage": "RCPT", "reply": "550 5.1.1 nobody here"}      refuse, at CONNECT, MAIL, RCPT, DATA (the content) or QUIT
    {"stage": "DATA", "stall": true}                         say nothing, for ever
    {"stage": "RCPT"}                                        behave again
Standard output tells what happens, likewise: listening (with port and certificate), obeyed, stalling, message, closed.
It ends with its standard input.
"""
import argparse
import asyncio
import json
import os
import ssl
import subprocess
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


class Orders:
    """What to do at each stage instead of the usual."""

    def __init__(self):
        self.by_stage = {}

    def take(self, line):
        order = json.loads(line)
        self.by_stage[order.pop("stage")] = order
        tell("obeyed")

    async def reply(self, stage, usual):
        order = self.by_stage.get(stage, {})
        if order.get("stall"):
            tell("stalling", stage=stage)
            await asyncio.Event().wait()
        return order.get("reply", usual)


class Mailbox:
    """Stores mails; aiosmtpd calls it at each command."""

    def __init__(self, directory, orders):
        self.directory, self.orders, self.count = directory, orders, 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = await self.orders.reply("MAIL", "250 OK")
        if reply.startswith("2"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = await self.orders.reply("RCPT", "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        reply = await self.orders.reply("DATA", "250 OK")
        if reply.startswith("2"):
            self.store(server, session, envelope)
        return reply

    async def handle_QUIT(self, server, session, envelope):
        return await self.orders.reply("QUIT", "221 Bye")

    def store(self, server, session, envelope):
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        self.count += 1
        self.write("eml", envelope.original_content)
        self.write("json", json.dumps({
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "isEncrypted": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data,
            "headers": [[name, str(value)] for name, value in mail.items()],
            "defects": [repr(d) for d in mail.defects + [d for v in mail.values() for d in v.defects]],
            "text": mail.get_content(),
        }).encode())
        tell("message", number=self.count)

    def write(self, kind, content):
        path = os.path.join(self.directory, f"{self.count:04}.{kind}")
        with open(path + ".unfinished", "wb") as file:
            file.write(content)
        os.rename(path + ".unfinished", path)


class Conversation(SMTP):
    async def _handle_client(self):
        try:
            greeting = await self.event_handler.orders.reply("CONNECT", "")
        except asyncio.CancelledError:
            self.transport.close()
            raise
        if greeting:
            await self.push(greeting)
            self.transport.close()
        else:
            await super()._handle_client()

    def connection_lost(self, error):
        super().connection_lost(error)
        tell("closed")


def certificate(directory):
    path, key = os.path.join(directory, "certificate.pem"), os.path.join(directory, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", key, "-out", path], check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return context, path


def authenticator(login):
    def check(server, session, envelope, mechanism, data):
        user, password = data.login.decode(), data.password.decode()
        # With `handled` left true, a wrong password would be answered by nobody.
        return AuthResult(success=f"{user}:{password}" == login, handled=False, auth_data=user)
    return check


async def main(options):
    orders = Orders()
    mailbox = Mailbox(options.directory, orders)
    context, path = certificate(options.directory) if options.tls or options.starttls else (None, None)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Conversation(
            mailbox, enable_SMTPUTF8=True, hostname="catcher.localhost", loop=loop,
            tls_context=context if options.starttls else None, require_starttls=options.starttls,
            auth_required=options.login is not None, auth_require_tls=options.starttls,
            authenticator=authenticator(options.login) if options.login else None),
        "127.0.0.1", options.port, ssl=context if options.tls else None)
    tell("listening", port=server.sockets[0].getsockname()[1], certificate=path)

    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        orders.take(line)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("directory")
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--tls", action="store_true")
parser.add_argument("--starttls", action="store_true")
parser.add_argument("--login", metavar="USER:PASSWORD")
asyncio.run(main(parser.parse_args()))
