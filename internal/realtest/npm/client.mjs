// A client made of npm oauth4webapi and npm dpop. Each line of its standard input is a JSON object that says what to
// do, and it answers each with one line. The first line of input configures it: the issuer, the authority of the
// servers' certificates, and the certificates that the client may show.
import { createInterface } from 'node:readline';
import { Agent, request } from 'node:https';
import * as oauth from 'oauth4webapi';
import * as dpop from 'dpop';

const redirectUri = 'https://app.example/callback';
let config;
let as; // the metadata of the issuer
const agents = new Map(); // by the name of the certificate
const keyPairs = new Map(); // by algorithm and owner
const tokens = [];

function agentWith(certificate = 'none') {
  if (!agents.has(certificate)) {
    agents.set(certificate, new Agent({ keepAlive: true, ca: config.ca, ...config.certificates[certificate] }));
  }
  return agents.get(certificate);
}

function send(url, { method = 'GET', headers = {}, body } = {}, certificate) {
  return new Promise((resolve, reject) => {
    const req = request(url, { method, headers, agent: agentWith(certificate) }, async (res) => {
      try {
        const chunks = await res.toArray();
        resolve({ status: res.statusCode, headers: res.headersDistinct, body: Buffer.concat(chunks).toString() });
      } catch (err) {
        reject(err);
      }
    });
    req.on('error', reject);
    req.end(body === undefined || body === null ? undefined : String(body));
  });
}

// fetchWith returns a fetch that shows a TLS client certificate, which the global one cannot.
const fetchWith = (certificate, change = (headers) => headers) => async (url, { method, headers, body }) => {
  const answer = await send(url, { method, headers: change(headers), body }, certificate);
  const fields = Object.entries(answer.headers).flatMap(([name, values]) => values.map((value) => [name, value]));
  return new Response(answer.body, { status: answer.status, headers: fields });
};

// browse follows redirects with cookies until the application's callback.
async function browse(start) {
  const cookies = new Map();
  let next = start.href;
  for (let hops = 0; hops < 10 && !next.startsWith(redirectUri); hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(next, { headers: { cookie } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    if (!answer.headers.location) {
      throw new Error(`no redirect from ${next}: ${answer.status} ${answer.body}`);
    }
    next = new URL(answer.headers.location[0], next).href;
  }
  return new URL(next);
}

async function keyPairOf(alg, owner = 'own') {
  const name = `${alg} ${owner}`;
  if (!keyPairs.has(name)) {
    keyPairs.set(name, await oauth.generateKeyPair(alg));
  }
  return keyPairs.get(name);
}

// retrying repeats what was refused for want of the server's nonce: the DPoP handle has learned it (RFC 9449 §8, §9).
async function retrying(attempt) {
  try {
    return await attempt();
  } catch (err) {
    if (!oauth.isDPoPNonceError(err)) {
      throw err;
    }
    return attempt();
  }
}

// token gets an access token: authorization code, PKCE, and DPoP or a client certificate.
async function token({ client, resource, alg, certificate }) {
  const [c, auth, options] = [{ client_id: client }, oauth.None(), { [oauth.customFetch]: fetchWith(certificate) }];
  const handle = alg ? oauth.DPoP(c, await keyPairOf(alg)) : undefined;
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const target = new URL(as.authorization_endpoint);
  target.search = new URLSearchParams({
    client_id: client,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid read',
    resource,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(handle ? { dpop_jkt: await handle.calculateThumbprint() } : {}),
  });
  const back = oauth.validateAuthResponse(as, c, await browse(target), state);
  const result = await retrying(async () => oauth.processAuthorizationCodeResponse(as, c,
    await oauth.authorizationCodeGrantRequest(as, c, auth, back, redirectUri, verifier, {
      ...options, DPoP: handle, additionalParameters: { resource },
    })));
  const kept = { value: result.access_token, client: c, auth, options, handle, alg, certificate };
  return { token: tokens.push(kept) - 1, type: result.token_type, jwt: kept.value.split('.').length === 3 };
}

// get requests a resource. proof says what is in the Authorization and DPoP headers:
//   handle    what oauth4webapi makes of the token's key
//   bearer    the token alone
//   none      the scheme DPoP without a proof
//   an object a proof by npm dpop, with another htu, htm, token or nonce, sent so many times
async function get({ token: n, value, url, proof = 'handle', key, certificate }) {
  const t = n === undefined ? { value, client: { client_id: 'app' }, alg: 'ES256' } : tokens[n];
  const alg = t.alg || 'ES256';
  const target = new URL(url);
  const headers = new Headers();
  const options = { [oauth.customFetch]: fetchWith(certificate ?? t.certificate) };
  let times = 1;
  if (proof === 'handle') {
    options.DPoP = key ? oauth.DPoP(t.client, await keyPairOf(alg, key)) : t.handle;
  } else if (proof === 'none') {
    headers.set('dpop', 'removed before it is sent');
    const bare = ({ dpop: _, ...others }) => others;
    options[oauth.customFetch] = fetchWith(certificate ?? t.certificate, bare);
  } else if (proof !== 'bearer') {
    const made = { htu: url, htm: 'GET', token: t.value, times, ...proof };
    const keyPair = await keyPairOf(alg, key);
    headers.set('dpop', await dpop.generateProof(keyPair, made.htu, made.htm, made.nonce, made.token));
    times = made.times;
  }
  let requests = 0;
  const attempt = async () => {
    requests += 1;
    return oauth.protectedResourceRequest(t.value, 'GET', target, headers, undefined, options);
  };
  let response;
  let challenges = [];
  for (let i = 0; i < times; i += 1) {
    requests = 0;
    try {
      response = await (options.DPoP ? retrying(attempt) : attempt());
    } catch (err) {
      if (!(err instanceof oauth.WWWAuthenticateChallengeError)) {
        throw err;
      }
      response = err.response;
      challenges = err.cause.map(({ scheme, parameters }) => ({ scheme, error: parameters.error ?? '' }));
    }
  }
  const nonce = response.headers.get('dpop-nonce') ?? '';
  return { status: response.status, body: await response.text(), challenges, nonce, requests };
}

// revoke revokes a token (RFC 7009).
async function revoke({ token: n }) {
  const t = tokens[n];
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, t.client, t.auth, t.value, t.options));
  return {};
}

async function configure(line) {
  config = line;
  const issuer = new URL(config.issuer);
  const found = await oauth.discoveryRequest(issuer, { [oauth.customFetch]: fetchWith() });
  as = await oauth.processDiscoveryResponse(issuer, found);
  return {};
}

const operations = { configure, token, get, revoke };
for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...parameters } = JSON.parse(line);
  let answer;
  try {
    answer = await operations[op](parameters);
  } catch (err) {
    answer = { failure: `${err}: ${JSON.stringify(err.cause ?? {}) }` };
  }
  console.log(JSON.stringify(answer));
}
