"""The mail server is down, in a bad mood, or mute; the server dies with mails to send. B29 of security.md."""

import asyncio
import collections
import socket
import time

from support.case import case
from support.client import Client


@case(seconds=60)
def a_mail_server_that_is_down_delays_mails_and_nothing_else(stage):
    asyncio.run(delay_mails(stage, stage.times(12, 40)))


async def delay_mails(stage, count):
    port = free_port()
    mail_server = stage.mail_server(port)
    server = stage.server(PORTERO_SMTP_URL=f"smtp://127.0.0.1:{port}")
    people = stage.database.people(count)
    third = count // 3
    slowest = await forget(stage, server, people[:third])
    await asyncio.sleep(1)  # refused by the kernel: nobody listens
    mail_server.start()
    mail_server.order("RCPT", reply="451 4.3.0 come back later")
    slowest = max(slowest, await forget(stage, server, people[third : 2 * third]))
    await until(lambda: server.logged("mail delayed") > third, 15)
    mail_server.order("RCPT", reply="250 OK")
    slowest = max(slowest, await forget(stage, server, people[2 * third :]))
    good = time.monotonic()
    await until(lambda: len({mail["recipients"][0] for mail in mail_server.mails()}) == count, 30)
    arrived = time.monotonic() - good
    await asyncio.sleep(1)  # for what must not come
    check_mails(stage, mail_server, people)
    await reset_with_the_codes(stage, server, mail_server, people[:2] + people[-2:])
    stage.expect(slowest < 0.5, f"forgot-password took {slowest * 1000:.0f} ms")
    stage.books()
    stage.note(
        f"{count} codes asked for while it was down, refusing and up: answered within {slowest * 1000:.0f} ms, "
        f"all there {arrived:.1f} s after it was good again, each once"
    )


@case(seconds=60)
def a_mail_is_lost_neither_with_its_sender_nor_with_its_server(stage):
    asyncio.run(kill_the_sender(stage))


async def kill_the_sender(stage):
    """Killed right after the commit, and killed with a mail half sent."""
    port = free_port()
    mail_server = stage.mail_server(port).start()
    server = stage.server(PORTERO_SMTP_URL=f"smtp://127.0.0.1:{port}")
    people = stage.database.people(16)
    for person in people[:8]:
        await forget(stage, server, [person])
        server.kill()
        await asyncio.to_thread(server.start)
    mail_server.order("DATA", stall=True)
    await forget(stage, server, people[8:])
    await asyncio.to_thread(mail_server.until, "stalling")
    server.kill()
    claimed = int(stage.database.value("SELECT count(*) FROM portero.mail_outbox WHERE attempts > 0 AND sent_at IS NULL"))
    mail_server.order("DATA", reply="250 OK")
    await asyncio.to_thread(server.start)
    # What the dead server had taken comes back when its lease is over: two minutes, which we let pass at once.
    stage.database.execute(
        "UPDATE portero.mail_outbox SET next_attempt_at = next_attempt_at - interval '2 minutes' WHERE sent_at IS NULL"
    )
    await until(lambda: len({mail["recipients"][0] for mail in mail_server.mails()}) == len(people), 30)
    check_mails(stage, mail_server, people, may_repeat=True)
    await reset_with_the_codes(stage, server, mail_server, people[:2] + people[-2:])
    stage.expect(claimed > 0, "no mail was half sent: the case is blunt")
    stage.books()
    mails = len(mail_server.mails())
    stage.note(f"9 kills, {claimed} mails taken by the dead server; {len(people)} codes, {mails} mails")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def forget(stage, server, people):
    """Asks for a code for each; answers the longest time."""
    client, longest = Client(server), 0.0
    for person in people:
        answer = await client.ask("POST", "/auth/forgot-password", {"email": person.email})
        stage.expect(answer.status == 200, f"forgot-password: {answer.text}")
        longest = max(longest, answer.seconds)
    client.close()
    return longest


def check_mails(stage, mail_server, people, may_repeat=False):
    """Everybody has got their code, once; a repetition after a crash has the Message-ID of the first."""
    by_recipient = collections.defaultdict(list)
    for mail in mail_server.mails():
        by_recipient[mail["recipients"][0]].append(mail)
    for person in people:
        mails = by_recipient[person.email]
        stage.expect(mails, f"no mail for {person.email}")
        stage.expect(may_repeat or len(mails) <= 1, f"{len(mails)} mails for {person.email}")
        stage.expect(len({mail["id"] for mail in mails}) <= 1, f"different mails for {person.email}")
        stage.expect(all(mail["code"] for mail in mails), f"no code in the mail for {person.email}")


async def reset_with_the_codes(stage, server, mail_server, people):
    codes = {mail["recipients"][0]: mail["code"] for mail in mail_server.mails()}
    client = Client(server)
    for person in people:
        answer = await client.ask(
            "POST", "/auth/reset-password",
            {"email": person.email, "code": codes.get(person.email), "new_password": "Otra-Cripta-Sombra-43"},
        )
        stage.expect(answer.status == 200, f"reset-password with the code of the mail: {answer.text}")
    client.close()


async def until(condition, patience):
    ends_at = time.monotonic() + patience
    while not condition():
        if time.monotonic() > ends_at:
            return
        await asyncio.sleep(0.1)
