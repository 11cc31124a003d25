"""The client against a real server, whose URL and key come from ABIDE_URL and ABIDE_KEY."""

import http.client
import itertools
import os
import socket
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from abide_client import Abide, Outage, Refused
from abide_client.schema import Ask, Consent, Question, SubjectName

URL = os.environ["ABIDE_URL"]
KEY = os.environ["ABIDE_KEY"]

NEWSLETTER: Question = {"action": "message", "data": ["email"], "for": "newsletter", "via": ["email"]}
_PEOPLE = itertools.count()


def stranger() -> SubjectName:
    """Someone whom nobody has heard of."""
    return {"kind": "account", "value": f"python-{os.getpid()}-{next(_PEOPLE)}"}


def consent(subject: SubjectName, state: str) -> Consent:
    return {"subject": subject, "fact": "consent", "state": state, "scope": {"purposes": ["newsletter"]}, "source": "test"}


def ask_about(subject: SubjectName) -> Ask:
    return {"subject": subject, "question": NEWSLETTER}


class Door:
    """A way to the real server that can be shut, and counts what passes."""

    def __init__(self) -> None:
        self.asked = 0
        self._open: set[socket.socket] = set()
        door = self

        class Forward(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                door._open.add(self.connection)

            def forward(self) -> None:
                door.asked += 1
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                behind = http.client.HTTPConnection(urlsplit(URL).netloc)
                behind.request(self.command, self.path, body=body, headers=dict(self.headers))
                answer = behind.getresponse()
                content = answer.read()
                behind.close()
                self.send_response(answer.status)
                self.send_header("content-type", answer.headers.get("content-type", ""))
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = forward

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def shut(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class ClientTest(unittest.TestCase):
    def client(self, url: str = URL, key: str = KEY, **options: object) -> Abide:
        abide = Abide(url, key, **options)  # type: ignore[arg-type]
        self.addCleanup(abide.close)
        return abide

    def test_a_decision_follows_what_the_subject_says(self) -> None:
        abide, subject = self.client(), stranger()
        before = abide.decide(ask_about(subject))
        self.assertEqual((before.effect, before.permitted), ("ask", False))
        self.assertEqual([(m["kind"], m["name"]) for m in before.answer["missing"]], [("fact", "consent")])

        recorded = abide.record(consent(subject, "ConsentGiven"))
        self.assertTrue(recorded["receipt-path"].startswith("/v1/ledger/receipt/"))
        self.assertTrue(abide.decide(ask_about(subject)).permitted)

        abide.record(consent(subject, "ConsentWithdrawn"))
        self.assertEqual(abide.decide(ask_about(subject)).effect, "deny")
        states = [past["state"] for past in abide.history(subject)["consents"]]
        self.assertEqual(states, ["ConsentGiven", "ConsentWithdrawn"])

    def test_the_cache_answers_the_same_question_and_forgets_whoever_says_something(self) -> None:
        abide, subject = self.client(cache_max_age=60.0), stranger()
        self.assertEqual(abide.decide({"subject": subject, "question": NEWSLETTER}).source, "server")
        self.assertEqual(abide.decide({"question": NEWSLETTER, "subject": subject}).source, "cache")
        abide.record(consent(subject, "ConsentGiven"))
        after = abide.decide(ask_about(subject))
        self.assertEqual((after.source, after.permitted), ("server", True))

    def test_the_cache_holds_at_most_so_many_answers_and_none_for_longer_than_it_may(self) -> None:
        asks = [ask_about(stranger()) for _ in range(3)]
        few = self.client(cache_max_age=60.0, cache_entries=2)
        few.decide_many(asks)
        self.assertEqual([d.source for d in few.decide_many(asks[::-1])], ["cache", "cache", "server"])
        none = self.client()
        none.decide_many(asks)
        self.assertEqual([d.source for d in none.decide_many(asks)], ["server"] * 3)

    def test_only_what_is_not_in_the_cache_is_asked_for(self) -> None:
        door = Door()
        self.addCleanup(door.shut)
        abide = self.client(door.url, cache_max_age=60.0)
        first, second = ask_about(stranger()), ask_about(stranger())
        abide.decide(first)
        self.assertEqual([d.source for d in abide.decide_many([second, first])], ["server", "cache"])
        abide.decide_many([first, second])
        self.assertEqual(door.asked, 2)

    def test_in_an_outage_nothing_may_be_done_unless_the_last_answer_may_stand_in(self) -> None:
        door = Door()
        by_purpose = {"newsletter": "last-known", "*": "deny"}
        abide = self.client(door.url, on_outage=by_purpose)
        forgetful = self.client(door.url, on_outage=by_purpose, last_known_max_age=0.0)
        cautious = self.client(door.url)
        subject = stranger()
        abide.record(consent(subject, "ConsentGiven"))
        asked = ask_about(subject)
        other: Ask = {
            "subject": subject,
            "question": {"action": "use", "data": ["email"], "for": "account-administration"},
        }
        for client in (abide, forgetful, cautious):
            self.assertTrue(client.decide(asked).permitted)
            self.assertTrue(client.decide(other).permitted)
        door.shut()

        last = abide.decide(asked)
        self.assertEqual((last.permitted, last.source), (True, "last-known"))
        for client, question in (
            (abide, other),
            (abide, ask_about(stranger())),
            (forgetful, asked),
            (cautious, asked),
        ):
            nobody = client.decide(question)
            self.assertEqual((nobody.permitted, nobody.effect, nobody.source), (False, "deny", "nobody"))
        with self.assertRaises(Outage):
            abide.record(consent(subject, "ConsentWithdrawn"))

    def test_a_server_that_says_nothing_is_an_outage_after_the_time_limit(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            abide = self.client(url, timeout=0.1, write_timeout=0.1)
            self.assertEqual(abide.decide(ask_about(stranger())).source, "nobody")
            with self.assertRaisesRegex(Outage, "no answer within 0.1 s"):
                abide.record(consent(stranger(), "ConsentGiven"))

    def test_what_the_server_refuses_is_an_error_with_what_to_do_and_no_outage(self) -> None:
        abide = self.client(on_outage="last-known")
        wrong: Question = {**NEWSLETTER, "for": "newsletters"}
        with self.assertRaisesRegex(Refused, "newsletter") as raised:
            abide.decide({"subject": stranger(), "question": wrong})
        self.assertEqual(raised.exception.status, 422)
        with self.assertRaises(Refused) as raised:
            self.client(key="abide_nobody_nothing").decide({"question": NEWSLETTER})
        self.assertEqual(raised.exception.status, 401)


if __name__ == "__main__":
    unittest.main()
