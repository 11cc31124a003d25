"""A mail server for tests: keeps what it is given in a folder, and refuses by the name of the recipient. While the folder holds a
file `away`, it turns everybody away.

sink.py serve FOLDER [--tls start|implicit] [--sign-in NAME:PASSWORD]    until its input ends
sink.py verify FILE NAME RECORD                                          is the signature of a message right?
"""

import argparse
import asyncio
import itertools
import json
import os
import pathlib
import ssl
import sys

import dkim
from aiosmtpd.smtp import SMTP, AuthResult


class Inbox:
    """Keeps messages; the beginning of the recipient's name says what the server says."""

    SAYS = {
        "gone": "550 5.1.1 <{}>: no such mailbox",
        "busy": "451 4.3.0 {} is asked too often",
        "loop": "554 5.4.6 too many hops for {}",
    }

    def __init__(self, folder):
        self.inbox = folder / "inbox"
        self.inbox.mkdir(exist_ok=True)
        self.numbers = itertools.count()

    async def handle_RCPT(self, server, session, envelope, address, options):
        for name, says in self.SAYS.items():
            if address.startswith(name):
                return says.format(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        number = next(self.numbers)
        name = self.inbox / f"{os.getpid()}-{number:06}"
        about = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": bool(session.ssl or server.transport.get_extra_info("sslcontext")),
            "name": session.auth_data.login.decode() if session.auth_data else None,
        }
        name.with_suffix(".json").write_text(json.dumps(about))
        name.with_suffix(".part").write_bytes(envelope.original_content)
        name.with_suffix(".part").rename(name.with_suffix(".eml"))
        return "250 2.0.0 kept"


class Away(asyncio.Protocol):
    """Turns whoever comes away, and notes that somebody came."""

    def __init__(self, folder):
        self.folder = folder

    def connection_made(self, transport):
        (self.folder / "knocked").touch()
        transport.abort()


def serve(arguments):
    folder = pathlib.Path(arguments.folder)
    settings = {"hostname": "localhost", "auth_require_tls": arguments.tls == "start"}
    context = None
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "mail.pem", folder / "mail.key")
    if arguments.tls == "start":
        settings |= {"tls_context": context, "require_starttls": True}
    if arguments.sign_in:
        wanted = tuple(part.encode() for part in arguments.sign_in.split(":"))

        def sign_in(server, session, envelope, mechanism, data):
            return AuthResult(
                success=(data.login, data.password) == wanted, handled=False, auth_data=data
            )

        settings |= {"authenticator": sign_in, "auth_required": True}

    implicit = context if arguments.tls == "implicit" else None
    inbox = Inbox(folder)

    def answer():
        return Away(folder) if (folder / "away").exists() else SMTP(inbox, **settings)

    async def listen():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(answer, "127.0.0.1", 0, ssl=implicit)
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)

    asyncio.run(listen())


def verify(arguments):
    name = (arguments.name.rstrip(".") + ".").encode()
    answers = {name: arguments.record.encode()}
    message = pathlib.Path(arguments.file).read_bytes()
    try:
        is_right = dkim.verify(message, dnsfunc=lambda asked, timeout=5: answers.get(asked))
    except dkim.DKIMException:
        is_right = False
    print("right" if is_right else "wrong")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("folder")
    serving.add_argument("--tls", choices=["start", "implicit"])
    serving.add_argument("--sign-in")
    serving.set_defaults(run=serve)
    verifying = commands.add_parser("verify")
    for name in ("file", "name", "record"):
        verifying.add_argument(name)
    verifying.set_defaults(run=verify)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
