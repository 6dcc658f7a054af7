"""The few fixed words that a channel must have when the dialogue cannot supply any.

Everything else that a patient reads is a response in ``domain.yml``. These are kept here,
in one reviewed place, because they are needed when Rasa is down, or is rightly not asked.
"""

from __future__ import annotations

APOLOGY = (
    "Sorry, something went wrong on my side and I could not answer that. "
    "Nothing you did caused it. Try sending it again in a minute.\n\n"
    "I am not an emergency service. If it is an emergency, call 999."
)

GROUP_DECLINED = (
    "Hello. I only talk with one person at a time, to keep things private. "
    "Send me a message of your own and we can talk there."
)

EDITED_EARLIER = (
    "I saw that you changed an earlier message. I can only use your newest one. "
    "Send it to me again if you want me to read the change."
)

LOCATION_OFFER = "You can share where you are with the button below, or type it."
LOCATION_SHARE = "📍 Share my location"
LOCATION_TYPE = "⌨️ Type it instead"
LOCATION_TYPED = "That's fine. Type your town, or the first part of your postcode."

CHOOSE = "Choose one:"
NOTHING_CHOSEN = "None of these"
CHOSEN = "✅ {choice}"
TOGGLE_ON = "✅ {title}"
TOGGLE_OFF = "▫️ {title}"
DONE = "Done"
PICTURE_MISSING = "I could not send the picture just now. Here it is in words."

COMMANDS = (
    ("start", "Start, or carry on where we were"),
    ("map", "See the people around you"),
    ("people", "Add someone to your map"),
    ("plan", "See your plan"),
    ("help", "What I can do"),
    ("mydata", "Get a copy of what I keep"),
    ("stop", "Stop messages from me"),
)
"""Telegram's menu: command without its slash, and what it does."""
