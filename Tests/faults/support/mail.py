"""A mail server that is up, down or in a bad mood."""

import json
import pathlib
import queue
import re
import subprocess
import threading

CATCHER = pathlib.Path(__file__).resolve().parents[2] / "Support" / "smtp-catcher.py"


class MailServer:
    """Tests/Support/smtp-catcher.py at a port of our choice; mails of earlier runs of it stay."""

    def __init__(self, folder, port):
        self.folder = pathlib.Path(folder)
        self.port = port
        self.runs = 0
        self.process = None
        self.events = queue.Queue()

    def start(self):
        self.runs += 1
        directory = self.folder / f"mails{self.runs}"
        directory.mkdir()
        self.process = subprocess.Popen(
            ["/usr/bin/python3", CATCHER, str(directory), "--port", str(self.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        threading.Thread(target=self.listen, args=[self.process], daemon=True).start()
        self.until("listening")
        return self

    def listen(self, process):
        for line in process.stdout:
            self.events.put(json.loads(line))

    def until(self, event, patience=20):
        """Waits for the next such event."""
        while True:
            told = self.events.get(timeout=patience)
            if told["event"] == event:
                return told

    def order(self, stage, **order):
        self.process.stdin.write(json.dumps({"stage": stage, **order}) + "\n")
        self.process.stdin.flush()
        self.until("obeyed")

    def mails(self):
        """All mails that ever arrived, as smtp-catcher describes them, with the code each tells, if any."""
        found = []
        for path in sorted(self.folder.glob("mails*/*.json")):
            mail = json.loads(path.read_text())
            mail["id"] = dict(mail["headers"]).get("Message-ID")
            mail["code"] = code_in(mail["text"])
            found.append(mail)
        return found

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self):
        if self.process is not None:
            self.stop()
        return []


def code_in(text):
    found = re.search(r"^\s*(\d{6})\s*$", text, re.M)
    return found.group(1) if found else None
