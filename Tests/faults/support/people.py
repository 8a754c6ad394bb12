"""A person as a client knows them: what they were given, and what they are not sure of."""

import base64
import json


class Person:
    def __init__(self, email, password, refresh=None):
        self.email = email
        self.refresh = refresh
        self.access = None
        self.session = None
        #: What the password may be: one, or also the new one while nobody knows whether a change took effect.
        self.passwords = [password]
        #: Whether a logout of the present session is without an answer.
        self.may_be_out = False

    def take(self, tokens):
        """Takes the tokens of an answer."""
        self.access, self.refresh = tokens["access_token"], tokens["refresh_token"]
        self.session = session_of(self.access)
        self.may_be_out = False

    def forget(self):
        self.access = self.refresh = self.session = None
        self.may_be_out = False


def session_of(access_token):
    payload = access_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sid"]
