"""Where everything of ours lives: every address is built here, from the configured origin.

Never from a request: behind a proxy that ends TLS a request says http, and peers refuse http ids.
"""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.kernel.urls import authority_of, path_segment


@dataclass(frozen=True, slots=True)
class Addresses:
    """The address book of one origin (`https://example.org`, no slash at the end)."""

    origin: str

    @property
    def domain(self) -> str:
        """The host of our handles."""
        return authority_of(self.origin)

    def shown(self, url: str | None, owner: str) -> str | None:  # noqa: ARG002 for those who have copies
        """Where a page may show the picture or file at *url* from; None when it may not.

        Only from this server: a page never makes a reader's browser call another one. *owner* is whose it
        is, as the media room writes it.
        """
        return url if url is not None and url.startswith(f"{self.origin}/") else None

    def copy_of(self, url: str, owner: str) -> str:  # noqa: ARG002 as above
        """Where an app is told that the picture or file at *url* is: on this server, where it has copies."""
        return url

    @property
    def shared_inbox(self) -> str:
        """One inbox for the whole server."""
        return f"{self.origin}/inbox"

    @property
    def instance_actor(self) -> str:
        """The server's own actor, which signs what no person asked for."""
        return f"{self.origin}/actor"

    @property
    def namespace(self) -> str:
        """Prefix of the terms we define."""
        return f"{self.origin}/ns/ai-provenance#"

    @property
    def terms(self) -> str:
        """The page that says what agreeing to training use means."""
        return f"{self.origin}/terms/training"

    @property
    def interaction(self) -> str:
        """The page to which other sites send our people (`?uri=`)."""
        return f"{self.origin}/authorize_interaction"

    @property
    def oauth_authorization(self) -> str:
        """Where people are asked whether they let an app in."""
        return f"{self.origin}/oauth/authorize"

    @property
    def oauth_token(self) -> str:
        """Where apps get their tokens."""
        return f"{self.origin}/oauth/token"

    def actor(self, name: str) -> str:
        """A local actor's id."""
        return self.instance_actor if name == self.domain else f"{self.origin}/users/{name}"

    def key(self, name: str) -> str:
        """Id of an actor's RSA key. Lemmy wants a fragment in it."""
        return f"{self.actor(name)}#main-key"

    def ed25519_key(self, name: str) -> str:
        """Id of an actor's Ed25519 key (FEP-521a)."""
        return f"{self.actor(name)}#ed25519-key"

    def inbox(self, name: str) -> str:
        """An actor's own inbox."""
        return f"{self.actor(name)}/inbox"

    def outbox(self, name: str) -> str:
        """An actor's outbox."""
        return f"{self.actor(name)}/outbox"

    def followers(self, name: str) -> str:
        """An actor's followers collection."""
        return f"{self.actor(name)}/followers"

    def following(self, name: str) -> str:
        """The collection of whom an actor follows."""
        return f"{self.actor(name)}/following"

    def featured(self, name: str) -> str:
        """An actor's pinned posts."""
        return f"{self.actor(name)}/featured"

    def featured_tags(self, name: str) -> str:
        """The hashtags an actor shows on its profile."""
        return f"{self.actor(name)}/tags"

    def profile(self, name: str) -> str:
        """The page people see."""
        return f"{self.origin}/about" if name == self.domain else f"{self.origin}/@{name}"

    def post(self, name: str, post_id: int) -> str:
        """A post's id."""
        return f"{self.actor(name)}/posts/{post_id}"

    def post_page(self, name: str, post_id: int) -> str:
        """A post's page."""
        return f"{self.origin}/@{name}/{post_id}"

    def replies(self, name: str, post_id: int) -> str:
        """The collection of a post's replies."""
        return f"{self.post(name, post_id)}/replies"

    def likes(self, name: str, post_id: int) -> str:
        """The collection of a post's likes; only its size is public."""
        return f"{self.post(name, post_id)}/likes"

    def shares(self, name: str, post_id: int) -> str:
        """The collection of a post's boosts; only its size is public."""
        return f"{self.post(name, post_id)}/shares"

    def context(self, name: str, post_id: int) -> str:
        """The conversation that a post began: the collection of what we know of it (FEP-7888)."""
        return f"{self.post(name, post_id)}/context"

    def synchronisation(self, name: str) -> str:
        """An actor's followers on the server that asks (FEP-8fcf)."""
        return f"{self.actor(name)}/followers_synchronization"

    def proxy(self, name: str) -> str:
        """Where an app of somebody here asks this server to fetch a document for it (`proxyUrl`)."""
        return f"{self.actor(name)}/proxy"

    def uploads(self, name: str) -> str:
        """Where an app of somebody here uploads pictures (`uploadMedia`)."""
        return f"{self.actor(name)}/uploads"

    def quote(self, name: str, interaction_id: int) -> str:
        """An actor's yes to somebody's quote (FEP-044f)."""
        return f"{self.actor(name)}/quotes/{interaction_id}"

    def activity(self, activity_id: int) -> str:
        """An activity's id."""
        return f"{self.origin}/activities/{activity_id}"

    @property
    def consent_log(self) -> str:
        """The log of decisions about training use: the prefix of its files."""
        return f"{self.origin}/consent"

    @property
    def log_name(self) -> str:
        """The name of that log in its checkpoints: its address without the scheme."""
        return f"{self.domain}/consent"

    @property
    def witness(self) -> str:
        """Where other servers have the checkpoints of their logs cosigned by this one."""
        return f"{self.consent_log}/witness"

    @property
    def witness_name(self) -> str:
        """Its name in cosignatures: its address without the scheme."""
        return f"{self.log_name}/witness"

    def receipt(self, seq: int) -> str:
        """The receipt of a line of the ledger."""
        return f"{self.consent_log}/receipts/{seq}"

    def consent_status(self, number: int) -> str:
        """A list of which receipts have ended, as bits."""
        return f"{self.consent_log}/status/{number}"

    @property
    def datasets(self) -> str:
        """The open dataset: the prefix of its releases."""
        return f"{self.origin}/datasets"

    def release(self, sha256: str) -> str:
        """The release of the dataset whose manifest has this hash."""
        return f"{self.datasets}/{sha256}"

    def deliveries_page(self, token: str) -> str:
        """Where whoever has *token* sees where a post went."""
        return f"{self.origin}/deliveries/{token}"

    def emoji(self, code: str) -> str:
        """The id of an emoji of ours, given without colons."""
        return f"{self.origin}/emoji/{code}"

    def emoji_picture(self, digest: str, media_type: str) -> str:
        """The picture with this SHA-256; what is at the address never changes."""
        return f"{self.origin}/emoji/files/{digest}.{media_type.removeprefix('image/')}"

    def tag(self, tag: str) -> str:
        """The page of a hashtag, given without its sign."""
        return f"{self.origin}/tags/{path_segment(tag)}"
