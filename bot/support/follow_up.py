"""When to ask how a plan went: at the person's hour, in their time zone, never at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

DEFAULT_WEEKS = (2, 6)
"""How it goes is asked after a start, and again once it could be a habit (domain.md 12.1)."""

TIME_TO_TRY = timedelta(days=3)
"""After the day of a plan; earlier nobody can say how it went."""

DAY_BEGINS, DAY_ENDS = 9, 20
"""Hours of the person's day between which we may write first."""

REMIND_AFTER = timedelta(days=3)
"""From the question, once it is said, to the one gentle reminder."""

GIVE_UP_AFTER = timedelta(days=7)
"""From the reminder, once it is said, to silence."""


@dataclass(frozen=True)
class Hours:
    """When a person may be written to.

    Attributes:
        zone: IANA name of a time zone.
        hour: of the person's day, 0 to 23; one in the night becomes the nearest of the day.
    """

    zone: str = "Europe/London"
    hour: int = 10

    @property
    def tz(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.zone)

    def at(self, day: date) -> datetime:
        """The person's hour on a day, in UTC."""
        hour = min(max(self.hour, DAY_BEGINS), DAY_ENDS - 1)
        return datetime.combine(day, time(hour), self.tz).astimezone(timezone.utc)

    def allows(self, moment: datetime) -> bool:
        """Whether it is day where the person is."""
        return DAY_BEGINS <= moment.astimezone(self.tz).hour < DAY_ENDS

    def next_from(self, moment: datetime) -> datetime:
        """The moment itself by day; else the person's hour when it is next day there."""
        if self.allows(moment):
            return moment
        today = self.at(moment.astimezone(self.tz).date())
        tomorrow = self.at(moment.astimezone(self.tz).date() + timedelta(days=1))
        return today if today > moment else tomorrow

    def after_weeks(self, moment: datetime, weeks: int) -> datetime:
        """The person's hour, weeks of their calendar after a moment."""
        return self.at(moment.astimezone(self.tz).date() + timedelta(weeks=weeks))
