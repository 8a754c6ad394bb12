"""PostgreSQL is killed, restarted, or loses its connections under load. J81, J83, R2, R4 of security.md."""

import asyncio
import random
import time

from support.case import case
from support.ledger import Ledger
from support.traffic import READS_AND_REFRESHES, Traffic, median, quantile

#: Within how long of its return the service is back.
PATIENCE = 2.0


@case(seconds=90, long_seconds=900)
def nothing_acknowledged_is_lost_when_postgresql_is_killed(stage):
    async def kill():
        stage.cluster.kill()
        await asyncio.sleep(random.uniform(0, 0.5))
        await asyncio.to_thread(stage.cluster.launch)

    asyncio.run(take_the_database_away(stage, stage.times(3, 20), kill))


@case(seconds=60, long_seconds=300)
def a_restart_of_postgresql_is_survived(stage):
    async def restart():
        await asyncio.to_thread(stage.cluster.restart, "fast")

    asyncio.run(take_the_database_away(stage, stage.times(2, 10), restart))


async def take_the_database_away(stage, times, take_away):
    server = stage.server()
    pid = server.pid
    people, ledger = stage.database.people(24), Ledger()
    outages, recoveries, late = [], [], []
    async with Traffic(server, people, ledger) as traffic:
        for _ in range(times):
            await asyncio.sleep(random.uniform(0.6, 1.2))
            gone = time.monotonic()
            await take_away()
            back = await asyncio.to_thread(stage.cluster.until_accepting)
            await asyncio.sleep(PATIENCE + 0.5)
            refused = traffic.refused(since=gone)
            outages.append(back - gone)
            recoveries.append(max(0.0, *(answer.ended - back for answer in refused), 0.0))
            late += [answer for answer in refused if answer.began > back + PATIENCE]
            for operation in ("me", "refresh"):
                served = [answer for answer in traffic.select(operation, since=back) if answer.status == 200]
                stage.expect(served, f"no {operation} was answered after PostgreSQL came back")
    await traffic.all_go_on()
    traffic.report(stage)
    stage.expect(server.is_running and server.pid == pid, "the server did not survive")
    stage.expect(not late, f"{len(late)} requests were refused more than {PATIENCE} s after PostgreSQL came back")
    stage.books(ledger)
    stage.note(f"{times} outages of {min(outages):.1f} to {max(outages):.1f} s; answers: {traffic.tally}")
    stage.note(f"{ledger.count} changes acknowledged; longest request {traffic.longest:.2f} s")
    stage.note(
        f"last 503 after PostgreSQL's return: median {median(recoveries):.2f} s, at most {max(recoveries):.2f} s"
    )


@case(seconds=45, long_seconds=90)
def connections_that_are_terminated_all_the_time_cost_hardly_a_read(stage):
    asyncio.run(terminate_all_the_time(stage, stage.times(10, 30)))


async def terminate_all_the_time(stage, seconds):
    server = stage.server()
    people, ledger = stage.database.people(16), Ledger()
    script = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'portero'; SELECT pg_sleep(0.2);\n"
    )
    async with Traffic(server, people, ledger, READS_AND_REFRESHES) as traffic:
        await asyncio.sleep(0.5)
        began = time.monotonic()
        await asyncio.to_thread(stage.database.execute, script * (seconds * 5))
        ended = time.monotonic()
        await asyncio.sleep(1)
    traffic.report(stage)
    stage.books(ledger)
    for operation, share in (("me", 0.95), ("refresh", 0.0)):
        asked = traffic.select(operation, began, ended)
        served = [answer for answer in asked if answer.status == 200]
        stage.expect(
            len(served) >= share * len(asked), f"only {len(served)} of {len(asked)} requests of {operation} were served"
        )
        stage.note(
            f"{operation}: {len(served)} of {len(asked)} served ({100 * len(served) / len(asked):.2f} %), "
            f"p99 {quantile(asked, 0.99) * 1000:.0f} ms"
        )
    lost = stage.database.complaints("terminating connection due to administrator command")
    stage.expect(lost > seconds, f"only {lost} connections were lost: the case is blunt")
    stage.note(f"{lost} connections lost in {ended - began:.0f} s")
