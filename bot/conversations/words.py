"""The few fixed words that a channel must have when the dialogue cannot supply any.

Everything else that a patient reads is a response in ``domain.yml``. These are kept here,
in one reviewed place, because they are needed when Rasa is down, or is rightly not asked.
"""

from __future__ import annotations

from bot.safety.routes import all_routes

_EMERGENCY = next(route.say for route in all_routes() if route.id == "emergency")

APOLOGY = (
    "Sorry, something went wrong on my side and I could not answer that. "
    "Nothing you did caused it. Try sending it again in a minute.\n\n"
    f"I am not an emergency service. If it is an emergency, call {_EMERGENCY}."
)

CANNOT_SAVE = (
    "I can't save that just now, I'll keep trying. You do not need to send it again.\n\n"
    f"I am not an emergency service. If it is an emergency, call {_EMERGENCY}."
)

GROUP_DECLINED = (
    "Hello. I only talk with one person at a time, to keep things private. "
    "Send me a message of your own and we can talk there."
)

EDITED_EARLIER = (
    "I saw that you changed an earlier message. I can only use your newest one. "
    "Send it to me again if you want me to read the change."
)

EXIT_WORDS = frozenset(
    {"exit", "quick exit", "quickexit", "exit now", "exit please", "hide", "hide this", "hide it"}
    | {"leave now", "close chat", "close this", "close the chat", "get me out of here"}
)
"""Typed alone, they end the visit at once and hide what is shown."""

LEFT = "The weather is mild today."
"""All that is shown after a quick exit, where a channel has to show something."""

LEFT_OUT = {
    "phone": "a phone number",
    "email": "an email address",
    "address": "an address",
    "birth": "a date of birth",
    "number": "a personal number, like an NHS number",
    "surname": "a surname",
    "diagnosis": "the name of an illness",
}
LEFT_OUT_WHY = (
    "I left out {what}, to keep people's details private. I have not kept it. "
    "A first name or a nickname is all I need."
)

COPY_PAGE = "what-we-keep-about-you.html"
COPY_JSON = "what-we-keep-about-you.json"
COPY_MISSING = "I could not make your copy just now. Ask me again in a minute."
PAPER_MISSING = "I could not make that just now. Ask me again in a minute."

LOCATION_OFFER = "You can share where you are with the button below, or type it."
LOCATION_SHARE = "📍 Share my location"
LOCATION_TYPE = "⌨️ Type it instead"
LOCATION_OVER = "All right."
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
    ("help", "What I can do"),
    ("people", "Add or change someone on your map"),
    ("plan", "See your plan"),
    ("mydata", "See what I keep, and get a copy"),
    ("stop", "Stop messages from me"),
)
"""Telegram's menu, in its order: command without its slash, and what it does."""
