"""Clients that vanish, dawdle, or come in crowds. C32, G65, G67, R7, R12 of security.md."""

import asyncio
import random
import time

from support.attackers import SlowBody, SlowHead, SlowReader
from support.case import case
from support.client import Client
from support.ledger import Ledger
from support.traffic import EVERYTHING, READS_AND_REFRESHES, SLACK, Traffic, quantile


@case(seconds=40, long_seconds=90)
def a_refresh_whose_answer_is_lost_costs_nobody_their_session(stage):
    asyncio.run(break_after_refreshing(stage, stage.times(200, 1000)))


async def break_after_refreshing(stage, times):
    """The parent is presented again, and gets the successor that nobody has seen.

    Only at the end does anybody go on from there: a request that is still on its way in the server while its own
    repetition is answered, and the successor used, is a used token that comes back, and rightly a theft.
    """
    server = stage.server()
    people, ledger = stage.database.people(times), Ledger()
    traffic = Traffic(server, people, ledger)
    waiting = iter(people)

    async def live():
        client = Client(server)
        for person in waiting:
            doomed = Client(server)
            await doomed.connect()
            doomed.send("POST", "/auth/refresh", {"refresh_token": person.refresh})
            await asyncio.sleep(random.choice([0, 0, 0.001, 0.003, 0.01]))
            doomed.reset()
            await traffic.act(client, person, "refresh")
            await traffic.act(client, person, "me")
        client.close()

    await asyncio.gather(*(live() for _ in range(20)))
    await asyncio.sleep(0.5)
    await traffic.all_go_on()
    traffic.report(stage)
    stage.books(ledger)
    repeated = int(stage.database.value("SELECT count(*) FROM portero.auth_logs WHERE reason = 'repeated'"))
    stage.expect(repeated > times // 20, f"only {repeated} of the lost requests had been carried out: the case is blunt")
    stage.note(f"{times} connections reset after sending, {repeated} of them with the rotation done")


@case(seconds=40, long_seconds=120)
def connections_that_are_reset_leave_nothing_behind(stage):
    asyncio.run(reset_some(stage, stage.times(5, 60)))


async def reset_some(stage, seconds):
    server = stage.server()
    people, ledger = stage.database.people(24), Ledger()
    async with Traffic(server, people, ledger, READS_AND_REFRESHES):
        await asyncio.sleep(1)  # whatever is made once has been made
    await asyncio.sleep(0.7)
    descriptors, threads = server.open_descriptors, server.threads
    resets, ends_at = 0, time.monotonic() + seconds
    async with Traffic(server, people, ledger, EVERYTHING) as traffic:

        async def vandal():
            nonlocal resets
            while time.monotonic() < ends_at:
                client = Client(server)
                await client.connect()
                kind = random.randrange(4)
                if kind == 1:
                    client.writer.write(b"POST /auth/login HTTP/1.1\r\nHost: local")
                elif kind == 2:
                    client.writer.write(b"POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 90\r\n\r\n{")
                elif kind == 3:
                    body = {"email": random.choice(people).email, "password": "Otra-Cosa-99"}
                    client.send("POST", "/auth/login", body)
                    client.send("GET", "/healthz")
                await asyncio.sleep(random.choice([0, 0.001, 0.01, 0.05]))
                client.reset()
                resets += 1

        await asyncio.gather(*(vandal() for _ in range(4)))
    traffic.report(stage)
    await asyncio.sleep(1)
    stage.books(ledger)
    left = server.open_descriptors - descriptors, server.threads - threads
    stage.expect(abs(left[0]) <= 5, f"{left[0]:+} descriptors afterwards")
    stage.expect(abs(left[1]) <= 5, f"{left[1]:+} threads afterwards")
    stage.note(f"{resets} connections reset beside {len(traffic.answers)} requests; descriptors {left[0]:+}, threads {left[1]:+}")


@case(seconds=40, long_seconds=80)
def slow_clients_hold_up_nobody_and_are_sent_away(stage):
    """The head's deadline is 10 s, the body's and the answer's 30 s: the quick run waits for the first only."""
    asyncio.run(dawdle(stage, stage.times(200, 500), stage.times(16, 45)))


async def dawdle(stage, count, seconds):
    server = stage.server()
    people, ledger = stage.database.people(8), Ledger()
    rich = stage.database.people(1, "seedrich", sessions=400)
    async with Traffic(server, people + rich, ledger, READS_AND_REFRESHES, pause=0.005) as calm:
        await asyncio.sleep(2)
    usual = quantile(calm.select(), 0.99)
    descriptors = server.open_descriptors
    kinds = [SlowHead, SlowBody, SlowReader]
    # Few slow readers: to have something to read, each makes the server write megabytes first.
    readers = count // 50
    attackers = [SlowReader(server, rich[0].access) for _ in range(readers)]
    attackers += [kinds[number % 2](server, None) for number in range(count - readers)]
    began = time.monotonic()
    async with Traffic(server, people, ledger, READS_AND_REFRESHES, pause=0.005) as traffic:
        attacks = [asyncio.create_task(attacker.attack(seconds)) for attacker in attackers]
        await asyncio.gather(*attacks)
    traffic.report(stage)
    stage.books(ledger)
    p99 = quantile(traffic.select(), 0.99)
    stage.expect(p99 < max(0.5, 4 * usual), f"p99 of everybody else was {p99:.2f} s, without attack {usual:.2f} s")
    for kind in kinds:
        own = [attacker for attacker in attackers if isinstance(attacker, kind)]
        ended = [attacker.ended - began for attacker in own if attacker.ended]
        must = kind.deadline + 2 <= seconds
        stage.expect(not must or len(ended) == len(own), f"{len(own) - len(ended)} of {len(own)} {kind.__name__} were let be")
        when = f"closed after {min(ended):.1f} to {max(ended):.1f} s" if ended else f"still there after {seconds} s"
        stage.note(f"{len(own)} × {kind.__name__}: {len(ended)} {when}")
    for attacker in attackers:
        attacker.leave()
    await asyncio.sleep(3)
    left = server.open_descriptors - descriptors
    stage.expect(abs(left) <= 5, f"{left:+} descriptors afterwards")
    stage.note(f"everybody else meanwhile: {len(traffic.answers)} requests, p99 {p99 * 1000:.0f} ms, before {usual * 1000:.0f} ms")


@case(seconds=40)
def a_flood_of_logins_holds_up_nothing_else(stage):
    asyncio.run(flood(stage, stage.times(6, 20)))


async def flood(stage, seconds):
    """A9, R19: 200 people log in again and again; the hash pool does what it can, and the rest is told to come back."""
    server = stage.server()
    readers, crowd = stage.database.people(4), stage.database.people(200, "seedcrowd")
    ledger = Ledger()
    async with Traffic(server, readers, ledger, {"me": 1}):
        await asyncio.sleep(0.5)
    idle = server.resident
    for person in crowd:
        person.forget()
    reading = Traffic(server, readers, ledger, {"me": 1}, pause=0.005)
    storming = Traffic(server, crowd, ledger, {"logout": 1}, pause=0.25)
    async with reading, storming:
        await asyncio.sleep(seconds)
    reading.report(stage)
    storming.report(stage, limit=2.0)
    stage.books(ledger)
    logins = storming.select("login")
    refused = [answer for answer in logins if answer.status == 503]
    served = [answer for answer in logins if answer.status == 200]
    stage.expect(refused, "no login was refused: the case is blunt")
    slowest = quantile(refused, 1)
    stage.expect(slowest < 2.0 + SLACK, f"a login was refused after {slowest:.1f} s")
    p99 = quantile(reading.select("me"), 0.99)
    stage.expect(p99 < 1.0, f"p99 of /auth/me was {p99:.2f} s")
    stage.expect(server.peak < 200, f"the server took {server.peak:.0f} MiB")
    stage.note(
        f"{len(served) / seconds:.0f} logins a second, p99 {quantile(served, 0.99):.2f} s; {len(refused)} refused, "
        f"slowest after {slowest * 1000:.0f} ms"
    )
    stage.note(
        f"/auth/me meanwhile: {len(reading.select())} requests, p50 {quantile(reading.select(), 0.5) * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms; memory {idle:.0f} → at most {server.peak:.0f} MiB"
    )
