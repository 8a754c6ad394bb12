"""What the server has acknowledged, to be compared with what is in the database."""

import collections
import crypt
import hashlib


class Ledger:
    #: What each acknowledged change writes into auth_logs.
    EVENTS = {
        "register": "user_created",
        "login": "authn_login_success",
        "refresh": "authn_token_created",
        "logout": "authn_token_revoked",
        "change-password": "authn_password_change",
        "reset-password": "authn_password_change",
    }

    def __init__(self):
        #: Request ids by kind of change.
        self.changes = collections.defaultdict(list)
        self.emails = []
        self.digests = []
        self.sessions = []
        self.ended_sessions = []
        #: The only persons whose passwords have been changed.
        self.changed = set()

    @property
    def count(self):
        return sum(map(len, self.changes.values()))

    def acknowledge(self, kind, request_id, person):
        self.changes[kind].append(request_id)
        if kind == "register":
            self.emails.append(person.email)
        elif kind in ("login", "refresh"):
            self.digests.append(hashlib.sha256(person.refresh.encode()).hexdigest())
            self.sessions.append(person.session)
        elif kind == "logout":
            self.ended_sessions.append(person.session)
        else:
            self.changed.add(person)

    def check(self, database):
        """What was acknowledged and is not there, a line each."""
        faults = []

        def missing(what, values, query):
            lost = database.missing(values, query)
            if lost:
                faults.append(f"{len(lost)} of {len(values)} acknowledged {what} are not in the database: {lost[:3]}")

        for kind, ids in self.changes.items():
            event = self.EVENTS[kind]
            missing(
                f"{kind} requests", ids, f"SELECT request_id FROM portero.auth_logs WHERE event = '{event}' AND success"
            )
        missing("people", self.emails, "SELECT email FROM portero.users")
        missing("refresh tokens", self.digests, "SELECT encode(digest, 'hex') FROM portero.refresh_tokens")
        missing("sessions", self.sessions, "SELECT id::text FROM portero.sessions")
        missing("logouts", self.ended_sessions, "SELECT id::text FROM portero.sessions WHERE ended_at IS NOT NULL")
        return faults + self.check_passwords(database)

    def check_passwords(self, database, atMost=12):
        faults = []
        hashes = dict(database.rows("SELECT email, password_hash FROM portero.users")) if self.changed else {}
        for person in list(self.changed)[:atMost]:
            stored = hashes[person.email]
            if all(crypt.crypt(password, stored) != stored for password in person.passwords):
                faults.append(f"the password of {person.email} is none that was acknowledged")
        return faults
