"""Addresses of joining, of links that came by e-mail, and of invitations."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.web.pages import invitations, joining, resetting

ROUTES: list[web.RouteDef] = [
    web.get(joining.JOIN, joining.show),
    web.post(joining.JOIN, joining.join),
    web.get(f"{joining.JOIN}/done", joining.done),
    web.get(f"{joining.JOIN}/{{code:[A-Za-z0-9_-]{{8,64}}}}", joining.show),
    web.get("/auth/sign_up", joining.elsewhere),
    web.get(joining.CONFIRM, joining.show_confirm),
    web.post(joining.CONFIRM, joining.confirm),
    web.get(resetting.RESET, resetting.show),
    web.post(resetting.RESET, resetting.ask),
    web.post(f"{resetting.RESET}/password", resetting.choose),
    web.get(invitations.PATH, invitations.show),
    web.post(invitations.PATH, invitations.create),
    web.post(f"{invitations.PATH}/revoke", invitations.revoke),
]
