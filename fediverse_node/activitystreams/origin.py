"""Believing a fetched document only when it comes from where its id says.

A document that claims another place's id is how accounts were taken over (CVE-2024-23832,
CVE-2024-52590, CVE-2025-25306). `id` is the only claim that counts; `url` never is.
"""

from __future__ import annotations

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import origin_of, without_fragment


def check_fetched(document: JsonDict, *, final_url: str) -> str | None:
    """Decide whether *document* may speak for the address that answered with it.

    Args:
        document: what was read.
        final_url: the address after redirects; its fragment does not count.

    Returns:
        None when the id is that address: believe it. Otherwise the id, on the same origin, which
        the caller may fetch once, and then with `check_fetched_again`.

    Raises:
        NotValid: no id, an id that is no canonical absolute address (credentials, fragment, default
            port, trailing dot, upper-case scheme or host), or one of another origin.
    """
    claimed = document.get("id")
    if type(claimed) is not str:
        raise NotValid("The fetched document has no “id”.")
    require_canonical(claimed)
    answered = without_fragment(final_url)
    if claimed == answered:
        return None
    if origin_of(claimed) != origin_of(answered):
        raise NotValid(
            "The fetched document claims the id of another server.",
            detail=f"claimed={claimed} answered={answered}",
        )
    return claimed


def check_fetched_again(document: JsonDict, *, final_url: str) -> None:
    """The second and last look: the id must be the address now.

    Raises:
        NotValid: it is not.
    """
    if check_fetched(document, final_url=final_url) is not None:
        raise NotValid("The fetched document has another id than its address.")


def require_canonical(id_: str) -> None:
    """Refuse an id that can be written in another way: ids are compared byte for byte.

    Raises:
        NotValid: see `check_fetched`.
    """
    origin = origin_of(id_)
    if "#" in id_ or not id_.startswith(origin) or id_[len(origin) :][:1] not in {"", "/", "?"}:
        raise NotValid("The “id” is not written in its canonical form.", detail=id_[:200])
