"""Which notifications an app has raised, observed through Textual's public `message_hook` of `App.run_test`."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.message import Message
from textual.notifications import Notification, Notify


@dataclass
class Notices:
    """Pass it to `run_test(message_hook=...)`; `raised` then holds every notification, oldest first."""

    raised: list[Notification] = field(default_factory=list)

    def __call__(self, message: Message) -> None:
        """Collect a notification, ignore any other message."""
        if isinstance(message, Notify):
            self.raised.append(message.notification)

    @property
    def texts(self) -> list[str]:
        """The texts of all notifications."""
        return [each.message for each in self.raised]

    @property
    def titled(self) -> list[tuple[str, str]]:
        """Title and text of all notifications."""
        return [(each.title, each.message) for each in self.raised]
