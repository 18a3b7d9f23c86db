import { element, showAnswers, showMistake, showReport, showState } from "./views.js";

const byId = id => document.getElementById(id);
const [provider, sample, user, token, path] = ["provider", "sample", "user", "token", "path"].map(byId);

let scenes = [];
const scene = () => scenes.find(s => s.id === sample.value);

/** Calls the server that the page came from. Tokens travel in bodies alone. */
async function call(name, body = {}) {
  const response = await fetch("api/" + name, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ scene: scene().id, ...body }),
    signal: AbortSignal.timeout(15000), // what comes after must not wait forever
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

let last = Promise.resolve();

/** Runs what a person asked for, in the order of asking, and shows why it failed. */
function attempt(work) {
  last = last.then(async () => {
    try {
      await work();
      showMistake("");
    } catch (error) {
      const unreachable = error instanceof TypeError || error.name === "TimeoutError";
      showMistake(unreachable ? "The playground’s server does not answer. Is it still running?" : error.message);
    }
  });
  return last;
}

const option = (value, text) => Object.assign(element("option", "", text), { value });

let note = ""; // what was done to the token

async function explain() {
  showReport(await call("explain", { token: token.value.trim() }), note);
}

async function mint(broken = "") {
  const answer = await call("mint", { user: user.value.trim(), break: broken });
  token.value = answer.token;
  note = answer.note;
  for (const button of byId("breaks").children) button.setAttribute("aria-pressed", String(button.dataset.break === broken));
  await explain();
  await refresh();
}

async function refresh() {
  const asked = sample.value;
  const state = await call("state");
  if (asked === sample.value) showState(state);
}

function forgetAnswers() {
  byId("answers").replaceChildren();
  byId("same").textContent = "Programs in gin, echo, chi and fiber wait for a request.";
}

/** Fills what depends on the scene, and mints its token. */
async function enter() {
  const { mints, user: name = "", breaks } = scene();
  user.value = name;
  user.disabled = !mints || name === "";
  byId("mint").disabled = !mints;
  byId("breaks").replaceChildren(...breaks.filter(b => b.common).map(b => {
    const button = element("button", "", b.label);
    button.type = "button";
    button.title = b.note;
    button.dataset.break = b.id;
    button.setAttribute("aria-pressed", "false");
    return button;
  }));
  const traps = breaks.filter(b => !b.common);
  byId("traps-row").hidden = traps.length === 0;
  byId("traps").replaceChildren(...traps.map(b => option(b.id, b.label)));
  forgetAnswers();
  if (mints) {
    await mint();
    return;
  }
  note = "Paste a token: the playground does not sign for this contract.";
  token.value = "";
  await explain();
  await refresh();
}

function listSamples() {
  sample.replaceChildren(...scenes.filter(s => s.provider === provider.value).map(s => option(s.id, s.name.charAt(0).toUpperCase() + s.name.slice(1))));
}

async function send(text) {
  const { answers } = await call("send", { token: text, path: path.value });
  showAnswers(answers, path.value);
  await refresh();
}

async function act(action) {
  showState(await call("act", { action, token: action === "revoke" ? token.value.trim() : "" }));
  await explain();
  if (byId("answers").children.length > 0) await send(token.value.trim());
}

function listen() {
  provider.addEventListener("change", () => attempt(async () => { listSamples(); await enter(); }));
  sample.addEventListener("change", () => attempt(enter));
  byId("mint").addEventListener("click", () => attempt(() => mint()));
  user.addEventListener("keydown", event => { if (event.key === "Enter") attempt(() => mint()); });
  byId("breaks").addEventListener("click", event => {
    const broken = event.target.dataset?.break;
    if (broken) attempt(() => mint(broken));
  });
  byId("trap").addEventListener("click", () => attempt(() => mint(byId("traps").value)));
  byId("send").addEventListener("click", () => attempt(() => send(token.value.trim())));
  byId("send-empty").addEventListener("click", () => attempt(() => send("")));
  for (const button of document.querySelectorAll("[data-action]")) {
    button.addEventListener("click", () => attempt(() => act(button.dataset.action)));
  }
  let waiting;
  token.addEventListener("input", () => {
    clearTimeout(waiting);
    note = "Your own token.";
    for (const button of byId("breaks").children) button.setAttribute("aria-pressed", "false");
    waiting = setTimeout(() => attempt(explain), 150);
  });
}

async function start() {
  const answer = await (await fetch("api/scenes")).json();
  scenes = answer.scenes;
  provider.replaceChildren(...[...new Set(scenes.map(s => s.provider))].map(name => option(name, name)));
  path.replaceChildren(...answer.paths.map(p => option(p, "GET " + p)));
  listSamples();
  listen();
  await enter();
  // Key health is live: it changes while nobody presses a button.
  setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, 1000);
}

attempt(start);
