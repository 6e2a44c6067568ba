"""Plays a mail server on loopback, for tests, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class PostOffice:
    """A context manager.

    Attributes:
        mail: the messages taken, with whom they came from and went to.
        answer: what the next messages are answered; "" takes them, "hang up" takes them and says nothing more.
        before_data: called when a server would take a message, before it comes.
        port: the port it listens on.
    """

    def __init__(self, password: str = "") -> None:
        self.mail: list[tuple[str, list[str], EmailMessage]] = []
        self.answer = ""
        self.before_data: Callable[[], object] = bool
        self.port = 0
        self._password = password
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="post office")

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for _, _, message in self.mail]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self._password and not session.authenticated:
            return "530 who are you?"
        envelope.mail_from = address
        return "250 go on"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        self.before_data()
        return "250 go on"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer and self.answer != "hang up":
            return self.answer
        message = cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default))
        self.mail.append((envelope.mail_from, envelope.rcpt_tos, message))
        if self.answer:
            server.transport.abort()
        return "250 taken"

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        door = {"auth_require_tls": False, "authenticator": self._let_in} if self._password else {}
        talks: list[SMTP] = []

        def talk() -> SMTP:
            talks.append(SMTP(self, hostname="post", loop=self._loop, **door))
            return talks[-1]

        server = await self._loop.create_server(talk, "127.0.0.1")
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for one in talks:
            if one.transport:
                one.transport.abort()
        await asyncio.sleep(0)  # they end in the loop's next round
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(tasks)

    def _let_in(self, server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
        is_right = isinstance(login, LoginPassword) and login.password.decode() == self._password
        return AuthResult(success=is_right, handled=False)
