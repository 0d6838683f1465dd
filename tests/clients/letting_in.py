"""What a person does on our pages when an app asks to be let in."""

from __future__ import annotations

import re

from tests.fixtures.sign_in import Browser, Shown

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_CODE = re.compile(r'<code dir="ltr">([^<]+)</code>')


async def answer(browser: Browser, address: str, name: str) -> Shown:
    """Look at what the app *name* asks for at *address*, and say yes: what comes then."""
    question = await browser.get(address.removeprefix(browser.node.base_url))
    assert name in question.text, question.text
    return await browser.post("/oauth/authorize", **dict(_HIDDEN.findall(question.text)), answer="allow")


async def let_in(browser: Browser, address: str, name: str) -> str:
    """The same of an app that cannot be called back: the code that is shown."""
    yes = await answer(browser, address, name)
    code = _CODE.search(yes.text)
    assert code, yes.text
    return code[1]
