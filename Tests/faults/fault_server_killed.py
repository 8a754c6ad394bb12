"""kill -9 of the server. K90, C33, R1 of security.md."""

import asyncio
import random

from support.case import case
from support.client import Client
from support.ledger import Ledger
from support.traffic import Traffic, median


@case(seconds=60, long_seconds=600)
def nothing_acknowledged_is_lost_when_the_server_is_killed(stage):
    asyncio.run(kill_again_and_again(stage, stage.times(10, 100)))


async def kill_again_and_again(stage, times):
    server = stage.server()
    people, ledger = stage.database.people(24), Ledger()
    async with Traffic(server, people, ledger) as traffic:
        traffic.server_may_go = True
        for _ in range(times):
            await asyncio.sleep(random.uniform(0.4, 0.9))
            server.kill()
            await asyncio.to_thread(server.start)
        await asyncio.sleep(0.5)
        traffic.server_may_go = False
        await asyncio.sleep(0.5)
    await traffic.all_go_on()
    traffic.report(stage)
    stage.books(ledger)
    kinds = ", ".join(f"{len(ids)} {kind}" for kind, ids in ledger.changes.items())
    stage.note(f"{times} kills; acknowledged: {kinds}; answers: {traffic.tally}")
    starts = server.starts[1:]
    stage.note(f"start to ready: median {median(starts) * 1000:.0f} ms, at most {max(starts) * 1000:.0f} ms")
