"""SIGTERM under load. K90, R17 of security.md."""

import asyncio
import json
import time

from support.case import case
from support.client import Client
from support.ledger import Ledger
from support.traffic import Traffic

GRACE = 10.0


@case(seconds=60, long_seconds=240)
def a_server_told_to_stop_answers_what_it_has_been_asked(stage):
    asyncio.run(stop_again_and_again(stage, stage.times(3, 20)))


async def stop_again_and_again(stage, times):
    people, ledger = stage.database.people(24), Ledger()
    server = stage.server()
    drains, asked, answered_late, lost = [], 0, 0, 0
    for number in range(times):
        if number > 0:
            await asyncio.to_thread(server.start)
        half = [HalfAsked(server) for _ in range(4)]
        traffic = Traffic(server, people, ledger)
        traffic.server_may_go = True
        async with traffic:
            await asyncio.sleep(0.8)
            for client in half:
                await client.begin()
            await asyncio.sleep(0.1)
            told = time.monotonic()
            server.terminate()
            waiting = asyncio.create_task(asyncio.to_thread(server.process.wait, GRACE + 10))
            await asyncio.sleep(0.3)
            statuses = [await client.end() for client in half]
            await waiting
            drains.append(time.monotonic() - told)
            traffic.is_over = True
        stage.expect(server.process.returncode == 0, f"it ended with {server.process.returncode}")
        stage.expect(drains[-1] < GRACE + 1, f"it took {drains[-1]:.1f} s to stop")
        stage.expect(
            all(status == 200 for status in statuses), f"requests whose body was on its way were answered {statuses}"
        )
        before = [answer for answer in traffic.select() if answer.began < told - 0.05 and answer.fate != "answered"]
        stage.expect(not before, f"{len(before)} requests in flight got no answer: {[a.text for a in before[:3]]}")
        handled = handled_by(server)
        cut = [(kind, answer) for kind, name, answer in traffic.answers if answer.fate == "lost" and name in handled]
        stage.expect(not cut, f"{len(cut)} requests were handled and not answered: {[(k, a.text) for k, a in cut[:3]]}")
        refused = traffic.refused()
        stage.expect(not refused, f"{len(refused)} requests got a 503 while it drained")
        asked += len(traffic.answers)
        answered_late += sum(answer.ended > told for answer in traffic.select() if answer.fate == "answered")
        lost += sum(answer.fate == "lost" for answer in traffic.select())
        traffic.report(stage)
    stage.books(ledger)
    stage.note(
        f"{times} stops of {min(drains):.2f} to {max(drains):.2f} s; {asked} requests, {answered_late} answered after the "
        f"signal, {lost} sent to a connection that was closing and never read"
    )


def handled_by(server):
    """Request ids in the access log: requests that somebody has read and answered."""
    return {
        field.removeprefix("request_id=")
        for line in server.log.read_text(errors="replace").splitlines()
        for field in line.split()
        if field.startswith("request_id=")
    }


class HalfAsked:
    """A client whose request's body is still on its way when the server is told to stop."""

    def __init__(self, server):
        self.client = Client(server)
        self.body = json.dumps({"email": "nobody@example.com"}).encode()

    async def begin(self):
        await self.client.connect()
        head = (
            "POST /auth/forgot-password HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        self.client.writer.write(head.encode() + self.body[:5])

    async def end(self):
        self.client.writer.write(self.body[5:])
        try:
            status, headers, _ = await asyncio.wait_for(self.client.read(), 5)
        except (OSError, EOFError, TimeoutError) as error:
            return repr(error)
        if headers.get("connection") != "close":
            return "kept alive"
        self.client.close()
        return status
