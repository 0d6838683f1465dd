"""What a passkey signs, asked for and checked (WebAuthn Level 3, sections 7.1 and 7.2).

The one doorway of the library that checks it, which is an extra and takes a second to load: it is loaded
where something is checked, in a thread.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from fediverse_node.accounts.passkeys import Passkey, to_base64url
from fediverse_node.kernel.errors import NotAuthenticated, NotValid

JsonDict = dict[str, Any]
#: Milliseconds that a browser lets its user take.
_TIMEOUT: Final = 300_000
#: Ed25519, P-256 and RSA, by their COSE numbers: those that the library checks when nothing else is said.
_ALGORITHMS: Final = (-8, -7, -257)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """For whom a passkey signs.

    Attributes:
        host: the name that passkeys are bound to.
        origin: the address that the browser has to have shown.
        name: what devices call this server.
    """

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new passkey, as it is stored."""

    credential_id: str
    public_key: str
    sign_count: int


def available() -> bool:
    """Whether passkeys can be checked here: the extra `passkeys` is installed."""
    return find_spec("webauthn") is not None


def creation(
    place: Place, challenge: str, *, account_id: int, username: str, known: Sequence[Passkey]
) -> JsonDict:
    """What `navigator.credentials.create` is given, but for bytes, which are base64url."""
    return {
        "rp": {"id": place.host, "name": place.name},
        "user": {
            "id": to_base64url(str(account_id).encode()),
            "name": username,
            "displayName": username,
        },
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in _ALGORITHMS],
        "timeout": _TIMEOUT,
        "attestation": "none",
        "excludeCredentials": [{"type": "public-key", "id": each.credential_id} for each in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
    }


def request(place: Place, challenge: str) -> JsonDict:
    """What `navigator.credentials.get` is given, but for bytes. The device says whose passkey it has."""
    return {
        "rpId": place.host,
        "challenge": challenge,
        "timeout": _TIMEOUT,
        "userVerification": "required",
        "allowCredentials": [],
    }


def challenge_in(credential: JsonDict) -> str:
    """Which challenge *credential* says it answers.

    Raises:
        NotValid: it cannot be read.
    """
    try:
        text = credential["response"]["clientDataJSON"]
        data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found = data["challenge"]
    except (KeyError, TypeError, ValueError, binascii.Error, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(found, str):
        raise _unreadable()
    return found


def check_creation(credential: JsonDict, place: Place, challenge: str) -> Made:
    """The passkey that was made. Blocks: call it in a thread.

    Raises:
        NotValid: it was not made so, for this server, or without asking for its owner.
    """
    import webauthn  # noqa: PLC0415 an extra, and slow to load
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 as above

    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise NotValid("The passkey could not be checked. Try again.", detail=type(error).__name__) from error
    return Made(
        credential_id=to_base64url(found.credential_id),
        public_key=to_base64url(found.credential_public_key),
        sign_count=found.sign_count,
    )


def check_request(credential: JsonDict, place: Place, challenge: str, passkey: Passkey) -> int:
    """How often *passkey* has signed, now that it signed this. Blocks: call it in a thread.

    Raises:
        NotAuthenticated: it did not sign this, not for this server, without asking for its owner, or says
            that it signed less often than before: then there are two of it.
    """
    import webauthn  # noqa: PLC0415 an extra, and slow to load
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 as above

    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise NotAuthenticated("This passkey was not accepted.", detail=type(error).__name__) from error
    return found.new_sign_count


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _unreadable() -> NotValid:
    return NotValid("What the passkey answered cannot be read.")
