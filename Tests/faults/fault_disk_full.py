"""The disk under the database is full. J86 of security.md."""

import asyncio
import contextlib
import os
import subprocess
import time

from support.case import case
from support.client import Client
from support.ledger import Ledger
from support.traffic import READS_AND_REFRESHES, Traffic


@case(seconds=60)
def a_full_disk_stops_writes_and_nothing_else(stage):
    """On a tablespace of its own, in memory; needs root, who alone may mount one."""
    if os.geteuid() != 0:
        return stage.note("left out: only root may mount a file system")
    with small_disk(stage.cluster.folder / "disk", megabytes=48) as disk:
        if disk is None:
            return stage.note("left out: no file system can be mounted here")
        stage.database.move_to(disk)
        try:
            asyncio.run(fill_the_disk(stage))
        finally:
            # Before the disk is gone.
            stage.faults += stage.close()


@contextlib.contextmanager
def small_disk(folder, megabytes):
    folder.mkdir()
    owner = subprocess.run(["id", "-u", "postgres"], capture_output=True, text=True, check=True).stdout.strip()
    options = f"size={megabytes}m,uid={owner},mode=700"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True)
    try:
        yield folder if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)


async def fill_the_disk(stage):
    server = stage.server()
    people, ledger = stage.database.people(16), Ledger()
    async with Traffic(server, people, ledger, READS_AND_REFRESHES):
        await asyncio.sleep(0.5)
    stage.database.fill_disk()
    client = Client(server)
    full = Traffic(server, people, ledger, READS_AND_REFRESHES | {"register": 0.05})
    async with full:
        await asyncio.sleep(4)
        answer = await client.ask("GET", "/readyz")
        stage.expect(answer.status == 200, f"/readyz: {answer.text}")
    full.report(stage)
    reads = full.select("me")
    stage.expect(reads and all(answer.status == 200 for answer in reads), "not every read was served")
    refused = [answer for kind, _, answer in full.answers if answer.status == 503]
    stage.expect(refused, "no write was refused: the case is blunt")
    stage.database.execute("DROP TABLE public.filler")
    back = time.monotonic()
    async with Traffic(server, people, ledger, READS_AND_REFRESHES | {"register": 0.05}) as traffic:
        await asyncio.sleep(2)
    traffic.report(stage)
    late = traffic.refused(since=back + 1)
    stage.expect(not late, f"{len(late)} requests were refused although there was room again")
    stage.books(ledger)
    client.close()
    stage.note(f"with a full disk: {full.tally}; {len(reads)} reads, all served; afterwards: {traffic.tally}")
