// An OpenID provider (npm oidc-provider) on loopback. Its argument is a JSON object: the clients, and the key and
// certificate of the server. It prints "issuer <URL>" once it listens, and a line for each logout token that it sends.
import { createServer } from 'node:https';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';

URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null); // missing before Node 22

const { clients, key, cert } = JSON.parse(process.argv[2]);
// Client certificates are asked for and not judged: they are the clients' own (RFC 8705 §2.2).
const server = createServer({ key, cert, requestCert: true, rejectUnauthorized: false });
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const issuer = `https://127.0.0.1:${server.address().port}`;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

// Access tokens are JWTs for one API and opaque for the others.
const resources = ['https://api.example', 'https://opaque.example', 'https://other.example'];
const scope = 'read';

const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] },
  cookies: { keys: ['a-key-for-cookies-in-tests'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  pkce: { required: () => true },
  enabledJWA: { dPoPSigningAlgValues: ['ES256', 'ES384', 'Ed25519', 'EdDSA', 'PS256', 'RS256'] },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    introspection: { enabled: true },
    jwtIntrospection: { enabled: true },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      getCertificate: (ctx) => ctx.socket.getPeerX509Certificate(),
    },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resources[0],
      getResourceServerInfo: (_, audience) => ({
        scope,
        audience,
        ...(audience === resources[0]
          ? { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }
          : { accessTokenFormat: 'opaque' }),
      }),
      useGrantedResource: () => true,
    },
  },
  // The session id that logout tokens name, in access tokens too.
  extraTokenClaims: (ctx) => ({ sid: ctx.oidc.entities.AuthorizationCode?.sid }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // The provider's own dispatcher does not call loopback addresses.
  fetch: (url, options) => { delete options.dispatcher; return fetch(url, options); },
});
provider.on('backchannel.success', (_, client) => console.log(`delivered ${client.clientId}`));
provider.on('backchannel.error', (_, err, client) => console.log(`failed ${client.clientId} ${err.message}`));
provider.on('server_error', (_, err) => console.error(err));

const handle = provider.callback();
server.on('request', async (req, res) => {
  if (!req.url.startsWith('/interaction/')) {
    handle(req, res);
    return;
  }
  // The user signs in and agrees to everything at once.
  const { params, session } = await provider.interactionDetails(req, res);
  const accountId = session?.accountId ?? 'ada';
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope('openid');
  resources.forEach((resource) => grant.addResourceScope(resource, scope));
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
});
console.log(`issuer ${issuer}`);
