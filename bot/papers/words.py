"""The words of what a person takes along, in one place, so that they can be reviewed.

Plain British English, as in ``domain.yml``. What a calendar shows is read by whoever sees the
phone: no word of it tells of health, and none names the service that the person talks to.
"""

from __future__ import annotations

from bot.support.discreet import Activity

CALENDAR_FILE = "my-plan.ics"
PAGE_FILE = "my-map-and-plan.pdf"

CALENDAR_TITLES = {
    Activity.MUSIC: "Music group",
    Activity.CRAFTS: "Arts and crafts",
    Activity.READING: "Reading group",
    Activity.SWIMMING: "Swimming",
    Activity.OUTDOORS: "Time outdoors",
    Activity.EXERCISE: "Exercise class",
    Activity.SOCIAL: "Meeting people",
    Activity.LEARNING: "Class",
    Activity.VOLUNTEERING: "Volunteering",
    Activity.SOMETHING: "Something I planned",
}
CALENDAR_ALARM = "A reminder of something you planned."
CALENDAR_NOTE = 'To see all of it, say "my plan" in our chat.'

PAGE_TITLE = "My map and my plan"
PAGE_MADE = "Made on {day}. This page is yours. It holds names, so think about who can see it."
PAGE_PLAN = "My plan"
PAGE_NO_PLAN = "I have no plan yet, and that is fine."
PAGE_IN_WORDS = "My map in words"
PAGE_PICTURE = "My map: three circles around me. The same is in words on this page."
