// Asks the browser for a passkey. Without it everything else on the page works as before.

const box = document.querySelector("[data-passkey]");

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function ask(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept": "application/json" },
    body: JSON.stringify(body),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

function prepared(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const each of options.excludeCredentials ?? []) each.id = bytes(each.id);
  return { publicKey: options };
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

async function act() {
  const { passkey: purpose, path } = box.dataset;
  const { password, ...fields } = Object.fromEntries(new FormData(box.querySelector("form")));
  const options = prepared(await ask(`${path}/options`, { ...fields, password }));
  const found = await navigator.credentials[purpose](options);
  location.assign((await ask(path, { ...fields, credential: written(found) })).next);
}

if (box && window.PublicKeyCredential) {
  box.hidden = false;
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = box.querySelector("[role=alert]");
    said.hidden = true;
    try {
      await act();
    } catch (error) {
      said.textContent = error.name === "Error" && error.message ? error.message : box.dataset.failed;
      said.hidden = false;
    }
  });
}
