// An OpenID provider (npm oidc-provider) on loopback, for logout_test.go. Its clients,
// which the arguments name by their back-channel logout URIs, get JWT access tokens
// that carry the session id. It prints its issuer once it listens.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const redirectUri = 'https://app.example/callback';
const clients = process.argv.slice(2).map((uri, n) => ({
  client_id: `client-${n}`,
  token_endpoint_auth_method: 'none',
  application_type: 'web',
  redirect_uris: [redirectUri],
  post_logout_redirect_uris: [redirectUri],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  backchannel_logout_uri: uri,
  backchannel_logout_session_required: true,
}));

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] },
  cookies: { keys: ['a-key-for-cookies-in-tests'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  pkce: { required: () => true },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://api.example',
      getResourceServerInfo: () => ({
        scope: 'read',
        audience: 'https://api.example',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
      useGrantedResource: () => true,
    },
  },
  // The session id that logout tokens name, in access tokens too.
  extraTokenClaims: (ctx, token) => ({ sid: ctx.oidc.entities.AuthorizationCode?.sid }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // Only https is called in production; here everything is loopback.
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
  grant.addResourceScope('https://api.example', 'read');
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
});
console.log(`issuer ${issuer}`);
