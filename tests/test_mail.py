"""Mail is handed in whole, in private, or not at all."""

import asyncio
from email.message import EmailMessage

import pytest

from aggregator.errors import DeliveryError
from aggregator.mail import MailServer, send_mail
from aggregator.settings import read_settings
from tests.postoffice import PostOffice


def send(server: MailServer, *recipients: str) -> None:
    message = EmailMessage()
    message["Subject"] = "Überschwemmung"
    message.set_content("Wasser überall.\n")
    asyncio.run(send_mail(message, server, "wire@wire.example", recipients or ("ana@wire.example",)))


def refusal(server: MailServer) -> str:
    with pytest.raises(DeliveryError) as caught:
        send(server)
    return str(caught.value)


def test_a_message_arrives() -> None:
    with PostOffice("pass word%") as office:
        settings = read_settings({
            "AGGREGATOR_SMTP_URL": f"smtp://wire%40wire.example@127.0.0.1:{office.port}",
            "AGGREGATOR_SMTP_PASSWORD": "pass word%",
        })  # fmt: skip
        assert settings.mail_server
        assert "pass word" not in repr(settings)
        send(settings.mail_server, "ana@wire.example", "bo@wire.example")
    ((sender, recipients, message),) = office.mail
    assert (sender, recipients) == ("wire@wire.example", ["ana@wire.example", "bo@wire.example"])
    assert (message["Subject"], message.get_content()) == ("Überschwemmung", "Wasser überall.\r\n")


def test_elsewhere_nothing_is_said_without_encryption() -> None:
    with PostOffice("s3cret") as office:
        elsewhere = MailServer("0.0.0.0", office.port, user="wire", password="s3cret")  # here, without saying so
        assert "STARTTLS" in refusal(elsewhere)
        assert "s3cret" not in refusal(elsewhere)
        assert refusal(MailServer("127.0.0.1", office.port, tls=True)).startswith(f"127.0.0.1:{office.port}: ")
    assert office.mail == []
    said = refusal(MailServer("127.0.0.1", office.port))
    assert said == f"127.0.0.1:{office.port}: cannot be reached (Connection refused); is AGGREGATOR_SMTP_URL right?"
