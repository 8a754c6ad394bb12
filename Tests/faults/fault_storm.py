"""Everything at once to the same few accounts. J88, SI-5 of security.md."""

import asyncio
import collections
import email
import email.policy
import pathlib
import random
import secrets
import time

from support.case import case
from support.client import Client
from support.database import SQL
from support.ledger import Ledger
from support.mail import code_in
from support.traffic import Traffic

CLIENTS = 32


@case(seconds=60, long_seconds=240)
def a_storm_on_a_few_accounts_leaves_no_knot(stage):
    asyncio.run(storm(stage, stage.times(4, 20)))


async def storm(stage, rounds):
    # The cheaper hash, and connections enough for everybody: what is to be tried here is the database.
    server, ledger = stage.server(PORTERO_PASSWORD_HASH="argon2id", PORTERO_DB_CONNECTIONS="16"), Ledger()
    stage.database.execute((SQL / "slow_rows.sql").read_text())
    tally, resets = collections.Counter(), 0
    waits = []
    for number in range(rounds):
        accounts = stage.database.people(4, f"seed{number}", sessions=2)
        stage.database.execute("UPDATE portero.users SET email_verified_at = NULL")
        weather = Weather(server, accounts, ledger, pathlib.Path(server.directory) / "mail")
        await weather.blow(seconds=2)
        tally.update(weather.tally)
        waits += weather.waits
        resets += weather.resets
        for line, count in collections.Counter(weather.surprises).most_common(3):
            stage.expect(False, f"surprise: {count} × {line}")
    stage.faults += ledger.check(stage.database)
    stage.faults += [
        fault for fault in stage.database.inconsistencies()
        # Clients share tokens here, so thefts are what they look like.
        if "ended by a reuse" not in fault
    ]
    asked = sum(tally.values())
    deadlocks, waits_for_locks = [
        stage.database.complaints(f"ERROR:  {words}") for words in ("deadlock", "canceling statement due to lock timeout")
    ]
    stage.expect(deadlocks == 0, f"{deadlocks} deadlocks")
    stage.expect(waits_for_locks <= asked / 200, f"{waits_for_locks} of {asked} requests waited too long for a lock")
    stage.expect(resets > 0, "nobody set a password with a code: the case is blunt")
    done = ", ".join(f"{count} × {kind} {status}" for (kind, status), count in sorted(tally.items()))
    stage.note(f"{asked} requests of {CLIENTS} clients: {done}")
    stage.note(
        f"{deadlocks} deadlocks, {waits_for_locks} lock time-outs, longest {max(waits):.2f} s, "
        f"p99 {sorted(waits)[len(waits) * 99 // 100]:.2f} s"
    )


class Weather:
    """Clients that share what they know of the same accounts, so that each finds it stale now and then."""

    OPERATIONS = {
        "refresh": 10, "me": 2, "logout": 2, "logout-all": 3, "change-password": 1, "login": 2, "forgot": 2, "reset": 2,
        "resend": 4, "verify": 4,
    }

    def __init__(self, server, accounts, ledger, mails):
        self.server = server
        self.accounts = accounts
        self.ledger = ledger
        self.mails = mails
        self.traffic = Traffic(server, [], ledger)
        self.tally = collections.Counter()
        self.surprises = []
        self.waits = []
        self.resets = 0
        self.codes = {}
        self.read = set()

    async def blow(self, seconds):
        ends_at = time.monotonic() + seconds
        await asyncio.gather(*(self.live(ends_at) for _ in range(CLIENTS)))

    async def live(self, ends_at):
        client = Client(self.server)
        operations, weights = list(self.OPERATIONS), list(self.OPERATIONS.values())
        while (now := time.monotonic()) < ends_at or (self.resets == 0 and now < ends_at + 6):
            account = random.choice(self.accounts)
            operation = random.choices(operations, weights)[0]
            await getattr(self, operation.replace("-", "_"))(client, account)
        client.close()

    async def ask(self, client, kind, path, body=None, token=None, method="POST", expected=()):
        request_id = f"{self.traffic.name}-{next(self.traffic.requests)}"
        answer = await client.ask(method, path, body, token, request_id)
        self.tally[kind, answer.status] += 1
        self.waits.append(answer.seconds)
        if answer.status not in (200, 503, *expected):
            self.surprises.append(f"{kind}: {answer.text}")
        return answer, request_id

    async def refresh(self, client, account):
        if account.refresh is None:
            return await self.login(client, account)
        answer, request_id = await self.ask(
            client, "refresh", "/auth/refresh", {"refresh_token": account.refresh}, expected=[401]
        )
        if answer.status == 200:
            self.keep(account, answer, "refresh", request_id)
        elif answer.status == 401:
            account.refresh = None

    async def login(self, client, account):
        password = random.choice(account.passwords)
        answer, request_id = await self.ask(
            client, "login", "/auth/login", {"email": account.email, "password": password}, expected=[401]
        )
        if answer.status == 200:
            self.keep(account, answer, "login", request_id)

    def keep(self, account, answer, kind, request_id):
        account.take(answer.json)
        self.ledger.acknowledge(kind, request_id, account)

    async def me(self, client, account):
        await self.ask(client, "me", "/auth/me", token=account.access or "none", method="GET", expected=[401])

    async def logout(self, client, account):
        session = account.session
        answer, request_id = await self.ask(
            client, "logout", "/auth/logout", token=account.access or "none", expected=[401]
        )
        if answer.status == 200 and session is not None:
            self.ledger.ended_sessions.append(session)

    async def logout_all(self, client, account):
        await self.ask(
            client, "logout-all", "/auth/logout-all", {"except_current": random.random() < 0.5},
            account.access or "none", expected=[401],
        )

    async def change_password(self, client, account):
        new = f"Cripta-Sombra-{secrets.token_hex(5)}"
        account.passwords.append(new)
        await self.ask(
            client, "change-password", "/auth/change-password",
            {"current_password": random.choice(account.passwords[-4:]), "new_password": new},
            account.access or "none", expected=[400, 401],
        )

    async def forgot(self, client, account):
        await self.ask(client, "forgot", "/auth/forgot-password", {"email": account.email})

    async def resend(self, client, account):
        await self.ask(client, "resend", "/auth/resend-verification", {"email": account.email})

    async def verify(self, client, account):
        await self.ask(
            client, "verify", "/auth/verify-email",
            {"email": account.email, "code": self.code_for(account, "Confirma")}, expected=[400],
        )

    async def reset(self, client, account):
        new = f"Cripta-Sombra-{secrets.token_hex(5)}"
        account.passwords.append(new)
        answer, _ = await self.ask(
            client, "reset", "/auth/reset-password",
            {"email": account.email, "code": self.code_for(account, "contraseña"), "new_password": new},
            expected=[400],
        )
        self.resets += answer.status == 200

    def code_for(self, account, word):
        """The one in the mail with this word in its subject, once there is one, else a guess."""
        for path in set(self.mails.glob("*.eml")) - self.read:
            self.read.add(path)
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            self.codes[str(mail["To"]), str(mail["Subject"])] = code_in(mail.get_content())
        for (recipient, subject), code in self.codes.items():
            if recipient == account.email and word in subject and code:
                return code
        return f"{random.randrange(10**6):06}"
