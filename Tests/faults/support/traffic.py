"""People who use the server all the time, and notice everything."""

import asyncio
import collections
import itertools
import random
import secrets
import statistics

from support.client import Client
from support.people import Person

EVERYTHING = {"refresh": 30, "me": 10, "logout": 1, "change-password": 1, "register": 2}
READS_AND_REFRESHES = {"refresh": 1, "me": 1}
PASSWORDS = {"register", "login", "change-password", "reset-password"}
#: How much longer than promised something may take, on a machine that has other things to do.
SLACK = 1.0


class Traffic:
    """One connection and one task for each person; each request has an id that is found again in auth_logs."""

    numbers = itertools.count(1)

    def __init__(self, server, people, ledger, mix=EVERYTHING, pause=0.0, patience=10):
        self.server = server
        self.people = people
        self.ledger = ledger
        self.mix = mix
        self.pause = pause
        self.patience = patience
        #: (operation, request id, answer) of every request, in the order of the answers.
        self.answers = []
        #: What nobody could expect, a line each.
        self.surprises = []
        self.is_over = False
        #: Whether the server may be gone: else a connection that breaks is a surprise.
        self.server_may_go = False
        self.tasks = []
        self.name = f"t{next(self.numbers)}-{secrets.token_hex(3)}"
        self.requests = itertools.count(1)

    async def __aenter__(self):
        self.tasks = [asyncio.create_task(self.live(person)) for person in self.people]
        return self

    async def __aexit__(self, *_):
        await self.stop()

    async def stop(self):
        """Lets everybody finish what they are at."""
        self.is_over = True
        for task in self.tasks:
            await task
        self.tasks = []

    async def live(self, person):
        client = Client(self.server, self.patience)
        operations, weights = list(self.mix), list(self.mix.values())
        while not self.is_over:
            if person.refresh is None:
                operation = "login"
            elif person.access is None:
                operation = "refresh"
            elif person.may_be_out:
                operation = "logout"
            else:
                operation = random.choices(operations, weights)[0]
            answer = await self.act(client, person, operation)
            if answer.fate == "refused":
                await asyncio.sleep(0.02)
            elif self.pause:
                await asyncio.sleep(random.uniform(0, 2 * self.pause))
        client.close()

    async def all_go_on(self):
        """Everybody who has a session refreshes once more, with the token they had or its successor."""
        for person in self.people:
            if person.refresh is not None and not person.may_be_out:
                client = Client(self.server)
                answer = await self.act(client, person, "refresh")
                if answer.status != 200:
                    self.surprise("refresh", answer, f"{person.email} cannot go on")
                client.close()

    async def act(self, client, person, operation):
        """One request, and what the person makes of its answer."""
        act = getattr(self, operation.replace("-", "_"))
        return await act(client, person)

    async def ask(self, client, operation, path, body=None, token=None, method="POST"):
        request_id = f"{self.name}-{next(self.requests)}"
        answer = await client.ask(method, path, body, token, request_id)
        self.answers.append((operation, request_id, answer))
        if answer.fate == "hung":
            self.surprise(operation, answer)
        elif answer.fate != "answered" and not self.server_may_go:
            self.surprise(operation, answer)
        elif answer.status == 503 and not answer.headers.get("retry-after", "").isdigit():
            self.surprise(operation, answer, "without Retry-After")
        elif answer.status == 500:
            self.surprise(operation, answer)
        elif answer.fate == "answered" and answer.headers.get("x-request-id") != request_id:
            self.surprise(operation, answer, "somebody else's answer")
        return answer, request_id

    def surprise(self, operation, answer, why=""):
        self.surprises.append(f"{operation}: {answer.text} {why}".rstrip())

    # What people do

    async def me(self, client, person):
        answer, _ = await self.ask(client, "me", "/auth/me", token=person.access, method="GET")
        if answer.status == 200 and answer.json["email"] != person.email:
            self.surprise("me", answer, f"to {person.email}")
        elif answer.status not in (0, 200, 500, 503):
            self.surprise("me", answer)
        return answer

    async def refresh(self, client, person):
        presented = person.refresh
        answer, request_id = await self.ask(client, "refresh", "/auth/refresh", {"refresh_token": presented})
        if answer.status == 200:
            person.take(answer.json)
            self.ledger.acknowledge("refresh", request_id, person)
        elif answer.status == 401:
            self.surprise("refresh", answer, f"a session of {person.email} is lost")
            person.forget()
        elif answer.status not in (0, 500, 503):
            self.surprise("refresh", answer)
        return answer

    async def login(self, client, person):
        answer, request_id = await self.ask(
            client, "login", "/auth/login", {"email": person.email, "password": person.passwords[0]}
        )
        if answer.status == 200:
            person.take(answer.json)
            person.passwords = person.passwords[:1]
            self.ledger.acknowledge("login", request_id, person)
        elif answer.status == 401 and len(person.passwords) > 1:
            person.passwords.pop(0)  # so the change has or has not taken effect
        elif answer.status not in (0, 500, 503):
            self.surprise("login", answer)
        return answer

    async def logout(self, client, person):
        answer, request_id = await self.ask(client, "logout", "/auth/logout", token=person.access)
        if answer.status == 200:
            self.ledger.acknowledge("logout", request_id, person)
            person.forget()
        elif answer.status == 401 and person.may_be_out:
            person.forget()
        elif answer.fate == "lost" or answer.status == 503:
            person.may_be_out = True
        elif answer.status not in (0, 500):
            self.surprise("logout", answer)
        return answer

    async def change_password(self, client, person):
        new = f"Cripta-Sombra-{secrets.token_hex(5)}"
        answer, request_id = await self.ask(
            client, "change-password", "/auth/change-password",
            {"current_password": person.passwords[0], "new_password": new}, person.access,
        )
        if answer.status == 200:
            person.passwords = [new]
            self.ledger.acknowledge("change-password", request_id, person)
        elif answer.status == 400 and len(person.passwords) > 1:
            person.passwords.pop(0)
        elif answer.fate == "lost" or answer.status == 503:
            person.passwords.append(new)
        elif answer.status not in (0, 500):
            self.surprise("change-password", answer)
        return answer

    async def register(self, client, person):
        number = next(self.requests)
        newcomer = Person(f"{self.name}-{number}@example.com", "Cripta-Sombra-42")
        for attempt in range(2):
            answer, request_id = await self.ask(
                client, "register", "/auth/register",
                {"email": newcomer.email, "password": newcomer.passwords[0], "full_name": "Ana Luz"},
            )
            if answer.status == 201:
                self.ledger.acknowledge("register", request_id, newcomer)
            elif answer.status == 409 and attempt > 0:
                pass  # it took effect the first time
            elif answer.status not in (0, 500, 503):
                self.surprise("register", answer)
            if answer.status not in (0, 503) or self.is_over:
                break
            await asyncio.sleep(0.1)
        return answer

    # What they say afterwards

    def select(self, operation=None, since=0.0, until=float("inf")):
        """Answers to requests that began within a time."""
        return [
            answer for kind, _, answer in self.answers
            if operation in (None, kind) and since <= answer.began <= until
        ]

    def refused(self, since=0.0):
        """The 503s that are the database's doing: passwords are refused too when they wait for a processor too long."""
        return [
            answer for kind, _, answer in self.answers
            if answer.status == 503 and kind not in PASSWORDS and answer.began >= since
        ]

    @property
    def tally(self):
        """Counts, for the report."""
        counts = collections.Counter(
            str(answer.status) if answer.fate == "answered" else answer.fate for _, _, answer in self.answers
        )
        return ", ".join(f"{count} × {name}" for name, count in sorted(counts.items()))

    @property
    def longest(self):
        """Seconds, of requests that wait for no password to be hashed: those wait for their turn at a processor too."""
        return max((answer.seconds for kind, _, answer in self.answers if kind not in PASSWORDS), default=0.0)

    def report(self, stage, limit=5.0):
        """Hands the surprises to the stage, and what took longer than any request may."""
        for line, count in collections.Counter(self.surprises).most_common(5):
            stage.expect(False, f"surprise: {line}" + (f" (and {count - 1} like it)" if count > 1 else ""))
        if len(self.surprises) > 5:
            stage.expect(False, f"{len(self.surprises)} surprises in all")
        stage.expect(self.longest <= limit + SLACK, f"a request took {self.longest:.1f} s")


def quantile(answers, share):
    """Of their seconds; 0 where there are none."""
    seconds = sorted(answer.seconds for answer in answers)
    return seconds[min(len(seconds) - 1, int(len(seconds) * share))] if seconds else 0.0


def median(values):
    return statistics.median(values) if values else 0.0
