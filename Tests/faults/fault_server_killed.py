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


@case(seconds=30)
def a_client_whose_connection_breaks_after_a_refresh_goes_on(stage):
    asyncio.run(break_after_refreshing(stage, stage.times(200, 1000)))


async def break_after_refreshing(stage, times):
    """C32, R7: the answer is lost, the parent is presented again, and gets the successor that nobody has seen."""
    server = stage.server()
    people, ledger = stage.database.people(20), Ledger()
    traffic = Traffic(server, people, ledger)

    async def live(person):
        client = Client(server)
        for _ in range(times // len(people)):
            doomed = Client(server)
            await doomed.connect()
            doomed.send("POST", "/auth/refresh", {"refresh_token": person.refresh})
            await asyncio.sleep(random.choice([0, 0, 0.001, 0.003, 0.01]))
            doomed.reset()
            await traffic.act(client, person, "refresh")
            await traffic.act(client, person, "me")
        client.close()

    await asyncio.gather(*map(live, people))
    traffic.report(stage)
    stage.books(ledger)
    repeated = int(stage.database.value("SELECT count(*) FROM portero.auth_logs WHERE reason = 'repeated'"))
    stage.expect(repeated > times // 20, f"only {repeated} of the broken requests had been carried out: the case is blunt")
    stage.note(f"{times} broken connections; {repeated} rotations whose answer was lost, 0 of {len(people)} sessions lost")
