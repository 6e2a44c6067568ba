"""What has to be looked at on this machine before anybody can say what needs a person, and where alerts and digests
lead to: the settings, handed to those who work without them.
"""

from datetime import datetime

from aggregator.fetch.client import Client
from aggregator.reports.troubles import Machine
from aggregator.settings import Settings
from aggregator.store.space import measure_disks
from aggregator.work import digest
from aggregator.work.alerts import Doors


def doors_of(settings: Settings, client: Client) -> Doors:
    """Say where alerts lead to."""
    return Doors(
        client,
        settings.alerts_file,
        settings.mail_server,
        settings.mail_from,
        settings.alerts_to,
        settings.alerts_webhook,
    )


def digest_doors(settings: Settings) -> digest.Doors:
    """Say where digests leave."""
    return digest.Doors(settings.digests_folder, settings.output, settings.mail_server, settings.mail_from)


def look_at_machine(settings: Settings, output_failed: tuple[str, datetime] | None = None) -> Machine:
    """Measure the disks of database and output.

    Args:
        output_failed: why files could not be written the last time, and since when; None: they could.
    """
    disks = measure_disks(settings.folder, settings.output)
    return Machine(disks, *(output_failed or ("", None)))
