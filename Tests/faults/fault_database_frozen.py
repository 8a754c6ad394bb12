"""PostgreSQL, or one process of it, stops without a word. J84, R5 of security.md."""

import asyncio
import os
import signal
import time

from support.case import case
from support.client import Client
from support.ledger import Ledger
from support.traffic import READS_AND_REFRESHES, Traffic, quantile

#: The server's own deadline for a call.
DEADLINE = 4.0
#: Within how long of its return the service is back.
PATIENCE = 2.0


@case(seconds=60, long_seconds=90)
def a_backend_that_stops_holds_up_no_request_for_long(stage):
    asyncio.run(freeze(stage, stage.times(8, 30), is_whole=False))


@case(seconds=60, long_seconds=90)
def a_database_that_stops_is_answered_for(stage):
    asyncio.run(freeze(stage, stage.times(10, 30), is_whole=True))


async def freeze(stage, seconds, is_whole):
    server, cluster = stage.server(), stage.cluster
    people, ledger = stage.database.people(24), Ledger()
    watch = Watch(server)
    async with Traffic(server, people, ledger, READS_AND_REFRESHES | {"logout": 0.02}, pause=0.005) as traffic:
        await asyncio.sleep(1)
        count = len(stage.database.backends())
        if is_whole:
            stopped = cluster.freeze()
        else:
            stopped = stage.database.backends()[:1]
            os.kill(stopped[0], signal.SIGSTOP)
        began = time.monotonic()
        asking = asyncio.create_task(watch.ask())
        await asyncio.sleep(seconds)
        watch.is_over = True
        await asking
        cluster.thaw(stopped)
        back = time.monotonic()
        await asyncio.sleep(PATIENCE + 1)
    await traffic.all_go_on()
    traffic.report(stage, limit=DEADLINE)
    stage.books(ledger)

    stage.expect(all(answer.status == 200 for answer in watch.health), "/healthz was not 200 all the time")
    if is_whole:
        ready = [answer for answer in watch.readiness if answer.began > began + 0.5 and answer.status != 503]
        stage.expect(not ready, f"/readyz said {[answer.text for answer in ready[:2]]} of a database that had stopped")
    late = traffic.refused(since=back + PATIENCE)
    stage.expect(not late, f"{len(late)} requests were refused more than {PATIENCE} s after the database went on")
    now = len(stage.database.backends())
    stage.expect(now <= count, f"{now} connections are left of {count}")
    frozen = traffic.select(since=began, until=back)
    served = [answer for answer in frozen if answer.status == 200]
    stage.note(
        f"{len(served)} of {len(frozen)} requests served in {seconds} s meanwhile, p99 {quantile(frozen, 0.99):.2f} s, "
        f"longest {traffic.longest:.2f} s, /healthz at most {quantile(watch.health, 1) * 1000:.0f} ms"
    )
    last = max(0.0, *(answer.ended - back for answer in traffic.refused(since=began)), 0.0)
    stage.note(f"last 503 {last:.2f} s after the thaw")


class Watch:
    """Asks for the server's health all the time."""

    def __init__(self, server):
        self.clients = [Client(server), Client(server)]
        self.health = []
        self.readiness = []
        self.is_over = False

    async def ask(self):
        await asyncio.gather(
            self.ask_for(self.clients[0], "/healthz", self.health),
            self.ask_for(self.clients[1], "/readyz", self.readiness),
        )

    async def ask_for(self, client, path, answers):
        while not self.is_over:
            answers.append(await client.ask("GET", path))
            await asyncio.sleep(0.1)
        client.close()
