// What the page shows. Everything is made of text nodes: nothing from a token
// can become markup.

const byId = id => document.getElementById(id);

/** Makes an element with a class and children: nodes or texts. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter(child => child !== "" && child !== null && child !== undefined));
  return made;
}

/** Shows a mistake, or hides the last one. */
export function showMistake(text) {
  const place = byId("mistake");
  place.hidden = !text;
  place.textContent = text ?? "";
}

// The claims that a step judges, to mark those that it refuses.
const judged = {
  algorithm: ["alg"], contract: ["alg"], issuer: ["iss"], key: ["kid"], time: ["exp", "nbf", "iat"], audience: ["aud", "client_id"],
  party: ["azp"], type: ["typ", "events"], binding: ["cnf"], "user id": ["sub"],
};

const outcome = (good, code) => good ? "good" : code?.endsWith("UNAVAILABLE") ? "warn" : "bad";

/** Shows the verdict, what the token says, and the steps. */
export function showReport({ header, report, now }, note) {
  const kind = outcome(report.accepted, report.code);
  const short = report.accepted ? "Accepted" : report.code;
  byId("summary").className = "pill " + kind;
  byId("summary").textContent = short;
  byId("verdict").className = "card verdict " + kind;
  byId("verdict-title").textContent = report.accepted ? "Accepted" : `Refused with ${report.status}: ${report.code}`;
  byId("note").textContent = note;
  byId("hints").replaceChildren(...(report.hints ?? []).map(hint => element("li", "", hint)));

  const wrong = new Set(report.steps.filter(step => step.result === "fail").flatMap(step => wrongClaims(step)));
  const at = Date.parse(now);
  showClaims(byId("header"), header, wrong, at, "The header cannot be read.");
  showClaims(byId("claims"), report.claims, wrong, at, "The claims cannot be read.");
  byId("steps").replaceChildren(...report.steps.map(stepItem));
}

function wrongClaims(step) {
  if (step.code === "TOKEN_EXPIRED") return ["exp"];
  if (step.name === "time") return ["nbf", "iat"];
  if (step.name === "claims") return [(step.detail ?? "").split(" ")[0]]; // the detail begins with the claim
  return judged[step.name] ?? [];
}

const sentence = text => text.charAt(0).toUpperCase() + text.slice(1);

const marks = { pass: ["✓", "passed"], fail: ["✕", "failed"], "not reached": ["·", "not reached"] };

function stepItem(step) {
  const [sign, word] = marks[step.result];
  const mark = element("span", "mark", sign);
  mark.setAttribute("aria-hidden", "true");
  const body = element("div", "", element("strong", "", sentence(step.name)), element("span", "hidden", ", " + word));
  const line = (...texts) => body.append(element("p", "", ...texts));
  if (step.result === "fail") {
    const detail = step.detail ?? step.code;
    line(detail);
    const add = (title, text) => { if (text && !detail.includes(text)) line(element("b", "", title + " "), text); };
    add("Expected", step.expected);
    add("Found", step.found);
  } else if (step.result === "pass" && step.found && step.found !== "missing") {
    line(step.found);
  }
  return element("li", step.result === "not reached" ? "skipped" : step.result, mark, body);
}

const dates = new Set(["exp", "nbf", "iat", "auth_time", "updated_at"]);

function showClaims(list, claims, wrong, now, otherwise) {
  if (claims === null || typeof claims !== "object") {
    list.replaceChildren(element("dt", "", "–"), element("dd", "", otherwise));
    return;
  }
  list.replaceChildren(...Object.entries(claims).flatMap(([name, value]) => {
    const className = wrong.has(name) ? "wrong" : "";
    const text = typeof value === "string" ? value : written(value);
    const shown = element("dd", className, text);
    if (dates.has(name) && typeof value === "number") shown.append(element("small", "", whenIs(value * 1000, now)));
    return [element("dt", className, name), shown];
  }));
}

// Short arrays and objects stand on one line.
function written(value) {
  const line = JSON.stringify(value);
  return line.length <= 60 ? line.replaceAll(",", ", ") : JSON.stringify(value, null, 1);
}

function whenIs(at, now) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "not a date";
  const gap = duration(Math.abs(at - now) / 1000);
  return `${date.toISOString().replace("T", " ").slice(0, 19)} UTC, ${at > now ? `in ${gap}` : `${gap} ago`}`;
}

/** Writes seconds for people. */
export function duration(seconds) {
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}`;
  }
  return `${Math.round(seconds)} s`;
}

/** Shows the answers of the four programs. */
export function showAnswers(answers, path) {
  const [first] = answers;
  const same = answers.every(a => a.status === first.status && a.challenge === first.challenge && a.body === first.body);
  byId("same").textContent = same ? `GET ${path}: the same answer from all four.` : `GET ${path}: the answers differ.`;
  byId("answers").replaceChildren(...answers.map(answerCard));
}

function answerCard(a) {
  const kind = a.status >= 500 ? "warn" : a.status >= 400 || a.error ? "bad" : "good";
  const card = element("article", "answer", element("h3", "", a.framework, element("span", "pill " + kind, a.error ? "Not sent" : String(a.status))));
  const part = (title, text) => {
    if (!text) return;
    const box = element("pre", "", text);
    box.tabIndex = 0; // scrolls by keyboard
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `${title} of ${a.framework}`);
    card.append(element("h4", "", title), box);
  };
  const body = parsed(a.body);
  part("Error", a.error);
  part("WWW-Authenticate", a.challenge);
  part("Retry-After", a.retryAfter && `${a.retryAfter} s`);
  if (body?.session) {
    part("Session", JSON.stringify(body.session, null, 1));
    part("Body", JSON.stringify({ userId: body.userId, session: "as above" }, null, 1));
  } else {
    part("Body", body ? JSON.stringify(body, null, 1) : a.body);
  }
  return card;
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}

const states = {
  empty: ["No keys yet", ""], fresh: ["Fresh", "good"], refreshing: ["Refreshing", "good"],
  stale: ["Stale: last known good", "warn"], unavailable: ["Unavailable", "bad"], static: ["Static", "good"],
};

/** Shows the keys, the issuer and the clock. */
export function showState(state) {
  const issuer = byId("issuer");
  issuer.className = "pill " + (state.down ? "bad" : "good");
  issuer.textContent = state.down ? "Issuer is down" : "Issuer is up";
  const outage = byId("outage");
  outage.dataset.action = state.down ? "up" : "down";
  outage.textContent = state.down ? "Bring it back" : "Take it down";
  outage.setAttribute("aria-pressed", String(state.down));
  byId("clock").textContent = state.now.replace("T", " ").slice(0, 19) + " UTC"
    + (state.aheadSeconds ? `, ${duration(state.aheadSeconds)} ahead` : "")
    + (state.revoked ? ` · ${state.revoked} revoked` : "");
  const now = Date.parse(state.now);
  const all = state.health.map(health => healthCard(health, now));
  byId("health").replaceChildren(...all.length ? all : [element("p", "quiet", "This contract’s key is a secret: nothing is fetched.")]);
}

function healthCard(health, now) {
  const [word, kind] = states[health.state] ?? [health.state, ""];
  const facts = element("dl", "facts");
  const fact = (name, value, valueClass, wide) => {
    if (value === undefined || value === "") return;
    facts.append(element("div", wide ? "whole" : "", element("dt", "", name), element("dd", "", valueClass ? element("span", valueClass, value) : value)));
  };
  const until = time => time && `${Date.parse(time) > now ? "in " : ""}${duration(Math.abs(Date.parse(time) - now) / 1000)}${Date.parse(time) > now ? "" : " ago"}`;
  fact("State", word, "pill " + kind);
  fact("Fetched", until(health.fetchedAt));
  fact("Fresh until", until(health.freshUntil));
  fact("Usable in an outage until", until(health.staleUntil));
  fact("Next try", until(health.nextTry));
  if (health.state !== "static") fact("Fetches", `${health.fetches}, ${health.failures} failed`);
  if (health.unknownKeys) fact("Unknown keys", String(health.unknownKeys));
  fact("From", health.url, "", true);
  fact("Last error", health.lastError, "", true);
  const keys = element("ul", "keys", ...health.keys.map(key => element("li", "", [key.alg ?? key.kty, key.kid].filter(Boolean).join(" "))));
  return element("div", "", facts, health.keys.length ? keys : "");
}
