"""Accounts of staff: passwords, the second factor, waiting after failures, who is signed in.

Every function takes a session of the store, so that a caller decides what is one transaction.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.console.roles import Role
from bot.secret import derived_key
from bot.store.base import now
from bot.store.staff import Staff, StaffSession

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
HALF_WAY = timedelta(minutes=10)
"""How long somebody may take over the second factor."""

PASSWORD_LEAST = 12
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,78}")
_FREE_FAILURES, _LOCK_AFTER = 3, 10
_FIRST_WAIT, _LOCK = timedelta(seconds=5), timedelta(minutes=15)
_SEEN_EVERY = timedelta(seconds=30)
_STEP = 30  # seconds that a code of the second factor is good for
_hasher = PasswordHasher()  # argon2id with the library's current recommendation
# What a wrong name is checked against, so that it takes as long as a wrong password.
_NOBODY = _hasher.hash(secrets.token_hex(16))


class AccountError(ValueError):
    """Something about an account that cannot be; the message says what to change."""


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a request.

    Attributes:
        verified: whether the second factor has been given too.
    """

    id: int
    username: str
    name: str
    role: str
    verified: bool
    has_totp: bool


# --- making and changing -------------------------------------------------------------------


def add(session: Session, username: str, name: str, role: str, password: str) -> Staff:
    """A new account; an empty ``password`` is for those who sign in elsewhere."""
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise AccountError("use 2 to 79 letters, digits or . _ @ + - for the user name")
    if find(session, username) is not None:
        raise AccountError(f"there is an account {username!r} already")
    if role not in {r.value for r in Role}:
        raise AccountError(f"role {role!r}: use one of {', '.join(r.value for r in Role)}")
    row = Staff(username=username, name=(name.strip() or username)[:80], role=role)
    if password:
        set_password(row, password)
    session.add(row)
    session.flush()
    return row


def set_password(row: Staff, password: str) -> None:
    """Keep a password's hash; ``AccountError`` where it is too easy."""
    if len(password) < PASSWORD_LEAST:
        raise AccountError(f"a password needs {PASSWORD_LEAST} characters; three words are good")
    if len(password) > 200:
        raise AccountError("a password may have 200 characters at most")
    if row.username.split("@")[0] in password.lower() or len(set(password)) < 5:
        raise AccountError("that password is too easy to guess; three words are good")
    row.password = _hasher.hash(password)


def generated_password() -> str:
    """A password that nobody has thought of: 20 characters in fives."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def find(session: Session, username: str) -> Staff | None:
    """An account by its user name."""
    return session.scalar(select(Staff).where(Staff.username == username.strip().lower()))


def everyone(session: Session) -> list[Staff]:
    """All accounts, by user name."""
    return list(session.scalars(select(Staff).order_by(Staff.username)))


def disable(session: Session, username: str) -> Staff:
    """End an account and everything it is signed in with; its name stays in the audit."""
    row = find(session, username)
    if row is None:
        raise AccountError(f"there is no account {username!r}")
    row.disabled_at = row.disabled_at or now()
    session.execute(delete(StaffSession).where(StaffSession.staff_id == row.id))
    return row


def enable(session: Session, username: str) -> Staff:
    """Let a disabled account in again."""
    row = find(session, username)
    if row is None:
        raise AccountError(f"there is no account {username!r}")
    row.disabled_at, row.failures, row.locked_until = None, 0, None
    return row


def reset(row: Staff, password: str) -> None:
    """A new password, and a second factor to be set up again."""
    set_password(row, password)
    row.totp, row.totp_step, row.failures, row.locked_until = "", 0, 0, None


# --- signing in ----------------------------------------------------------------------------


def check_password(session: Session, username: str, password: str) -> Staff | None:
    """The account, if the password is right, it is not disabled and it need not wait."""
    row = find(session, username)
    usable = row is not None and row.disabled_at is None and row.password != ""
    try:
        _hasher.verify(row.password if row and usable else _NOBODY, password[:200])
        right = True
    except (VerificationError, InvalidHashError):
        right = False
    if row is None or not usable or wait_of(row) > timedelta(0):
        return None
    if not right:
        _failed(row)
        return None
    if _hasher.check_needs_rehash(row.password):
        row.password = _hasher.hash(password[:200])
    return row


def wait_of(row: Staff) -> timedelta:
    """How long the account must still wait after failures."""
    return max(timedelta(0), row.locked_until - now()) if row.locked_until else timedelta(0)


def _failed(row: Staff) -> None:
    """The wait doubles from the third failure; the tenth locks for a quarter of an hour."""
    row.failures += 1
    if row.failures >= _LOCK_AFTER:
        row.locked_until = now() + _LOCK
    elif row.failures >= _FREE_FAILURES:
        row.locked_until = now() + min(_LOCK, _FIRST_WAIT * 2 ** (row.failures - _FREE_FAILURES))


def _fernet() -> Fernet:
    key = hashlib.sha256(derived_key("staff second factor").encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def new_totp_secret() -> str:
    """A secret for an authenticator app."""
    return pyotp.random_base32()


def is_totp_secret(text: str) -> bool:
    """Whether a text is such a secret: the form that sends one back can be tampered with."""
    return re.fullmatch(r"[A-Z2-7]{32}", text) is not None


def totp_address(username: str, secret: str, service: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=f"WISE {service}"[:60])


def keep_totp(row: Staff, secret: str, code: str) -> bool:
    """Set the second factor up, if a code proves that the app has it."""
    step = _step_of(secret, code) if is_totp_secret(secret) else None
    if step is None:
        return False
    row.totp = _fernet().encrypt(secret.encode()).decode()
    row.totp_step = step
    return True


def check_totp(row: Staff, code: str) -> bool:
    """Whether the code is right and was not used before; counts as a failure if not."""
    if wait_of(row) > timedelta(0) or not row.totp:
        return False
    try:
        secret = _fernet().decrypt(row.totp.encode()).decode()
    except InvalidToken as error:
        raise AccountError(
            "the second factor cannot be read: WISE_SECRET_KEY has changed; reset the account"
        ) from error
    step = _step_of(secret, code)
    if step is None or step <= row.totp_step:
        _failed(row)
        return False
    row.totp_step = step
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The 30-second step that a code belongs to: this one, or the one before or after."""
    code = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    here = int(time.time()) // _STEP
    totp = pyotp.TOTP(secret)
    for step in (here, here - 1, here + 1):
        if secrets.compare_digest(totp.at(step * _STEP), code):
            return step
    return None


# --- who is signed in ----------------------------------------------------------------------


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, row: Staff, *, verified: bool) -> str:
    """Start a session; gives the token that the browser keeps."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(StaffSession).where(StaffSession.started_at < now() - LONGEST))
    session.add(StaffSession(key=_key(token), staff_id=row.id, verified=verified))
    if verified:
        row.failures, row.locked_until, row.last_seen_at = 0, None, now()
    return token


def signed_in(session: Session, token: str, moment: datetime | None = None) -> SignedIn | None:
    """Who holds a token, where the session has not ended; notes that it is in use."""
    moment = moment or now()
    found = session.execute(
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.key == _key(token))
    ).first()
    if found is None:
        return None
    kept, row = found
    longest, idle = (LONGEST, IDLE) if kept.verified else (HALF_WAY, HALF_WAY)
    if row.disabled_at or moment - kept.started_at > longest or moment - kept.seen_at > idle:
        session.delete(kept)
        return None
    if moment - kept.seen_at > _SEEN_EVERY:
        kept.seen_at = row.last_seen_at = moment
    return SignedIn(row.id, row.username, row.name, row.role, kept.verified, bool(row.totp))


def end(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(StaffSession).where(StaffSession.key == _key(token)))


def end_all(session: Session, staff_id: int) -> None:
    """Sign an account out everywhere."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
