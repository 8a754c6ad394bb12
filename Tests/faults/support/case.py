"""A case, and the stage that it plays on."""

import dataclasses
import inspect
import pathlib
import typing

from support.database import Database
from support.mail import MailServer
from support.server import Server

CASES = []


class Failed(Exception):
    """The case cannot go on."""


@dataclasses.dataclass
class Case:
    function: typing.Callable
    seconds: float
    long_seconds: float

    @property
    def sentence(self):
        return self.function.__name__.replace("_", " ")

    @property
    def file(self):
        return pathlib.Path(inspect.getfile(self.function)).stem


def case(seconds, long_seconds=None):
    """Makes a function a case that ends within so many seconds, or is ended."""

    def register(function):
        CASES.append(Case(function, seconds, long_seconds or seconds))
        return function

    return register


class Stage:
    """What a case works with, and where it says what it found."""

    def __init__(self, cluster, program, is_long, folder):
        self.cluster = cluster
        self.program = program
        self.is_long = is_long
        self.folder = folder
        self.notes = []
        self.faults = []
        self.own = []
        self.database = Database.fresh(cluster, program)

    def times(self, quick, long):
        """How often to do something."""
        return long if self.is_long else quick

    def note(self, text):
        """A figure for the report."""
        self.notes.append(text)

    def expect(self, condition, text):
        """Notes a fault and goes on."""
        if not condition:
            self.faults.append(text)

    def require(self, condition, text):
        """Notes a fault and ends the case."""
        if not condition:
            raise Failed(text)

    def server(self, **settings):
        """A running server on this case's database, with settings on top of the usual ones."""
        number = sum(isinstance(thing, Server) for thing in self.own)
        directory = self.folder / f"server{number}"
        directory.mkdir()
        server = Server(self.program, self.database.url, directory, **settings)
        self.own.append(server)
        return server.start()

    def mail_server(self, port):
        mail_server = MailServer(self.folder, port)
        self.own.append(mail_server)
        return mail_server

    def books(self, *ledgers):
        """Notes whatever is in the database that should not be, or is not and should."""
        for ledger in ledgers:
            self.faults += ledger.check(self.database)
        self.faults += self.database.inconsistencies()

    def close(self):
        """Ends what this case started; answers what went wrong with that."""
        faults = []
        while self.own:
            faults += self.own.pop().close()
        self.database.drop()
        return faults
