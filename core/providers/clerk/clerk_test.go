package clerk_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func TestSamples(t *testing.T) {
	all := clerk.Config{Accept: []clerk.Token{
		clerk.SessionToken, clerk.TemplateToken, clerk.OAuthToken, clerk.MachineToken,
	}}
	type want struct {
		user, session, client string
		org                   core.Organization
		permissions, scopes   []string
		kind                  core.TokenKind
	}
	for name, tt := range map[string]struct {
		cfg   clerk.Config
		token token
		want  want
	}{
		"session v2": {clerk.Config{}, session2(), want{
			user: userID, session: "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL", client: "https://app.northwind.example",
			org:         core.Organization{ID: orgID, Slug: "northwind", Role: "org:admin"},
			permissions: []string{"org:invoices:read", "org:invoices:create", "org:invoices:delete", "org:reports:read"},
			kind:        core.KindSession,
		}},
		"session v1": {clerk.Config{}, session1(), want{
			user: userID, session: "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL", client: "https://app.northwind.example",
			org:         core.Organization{ID: orgID, Slug: "northwind", Role: "org:billing"},
			permissions: []string{"org:invoices:read", "org:invoices:create"}, kind: core.KindSession,
		}},
		"session v1, older role": {clerk.Config{}, session1().with(object{"org_role": "admin"}), want{
			user: userID, session: "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL", client: "https://app.northwind.example",
			org:         core.Organization{ID: orgID, Slug: "northwind", Role: "org:admin"},
			permissions: []string{"org:invoices:read", "org:invoices:create"}, kind: core.KindSession,
		}},
		"session v2, empty role": {clerk.Config{}, session2().with(object{
			"o":   object{"id": orgID, "rol": ""},
			"fea": "",
		}), want{
			user: userID, session: "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL", client: "https://app.northwind.example",
			org: core.Organization{ID: orgID}, kind: core.KindSession,
		}},
		"session v2, no organization": {clerk.Config{}, session2().with(object{"o": nil, "fea": "u:chat"}), want{
			user:    userID,
			session: "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL",
			client:  "https://app.northwind.example",
			kind:    core.KindSession,
		}},
		"oauth": {all, oauth(), want{
			user: userID, client: "k3v9QxTn2LmZ8RdY", org: core.Organization{ID: orgID},
			scopes: []string{"openid", "profile", "user:org:read"}, kind: core.KindAccess,
		}},
		"oauth, scp": {all, oauth().with(object{"scope": nil, "scp": []string{"openid"}}), want{
			user:   userID,
			client: "k3v9QxTn2LmZ8RdY",
			org:    core.Organization{ID: orgID},
			scopes: []string{"openid"},
			kind:   core.KindAccess,
		}},
		"machine": {all, machine(), want{
			user: "mch_2uFg9RkDs6MnXv2QjTw8BzLhCyE", scopes: []string{"mch_2uFh5NqWvC8xZrT3KpYd0LmSgJb"}, kind: core.KindMachine,
		}},
		"template": {all, template(), want{user: userID, client: "https://app.northwind.example", kind: core.KindSession}},
	} {
		t.Run(name, func(t *testing.T) {
			s := verified(t, tt.cfg, tt.token)
			got := want{s.UserID(), s.SessionID(), s.ClientID(), s.Organization(), s.Permissions(), s.Scopes(), s.Kind()}
			if got.user != tt.want.user || got.session != tt.want.session || got.client != tt.want.client ||
				got.org != tt.want.org ||
				!slices.Equal(
					got.permissions,
					tt.want.permissions,
				) || !slices.Equal(got.scopes, tt.want.scopes) || got.kind != tt.want.kind {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if role := tt.want.org.Role; role != "" && !s.HasRole(role) {
				t.Errorf("roles %q lack %q", s.Roles(), role)
			}
			if tt.want.org.Role == "" && len(s.Roles()) > 0 {
				t.Errorf("roles %q out of nothing", s.Roles())
			}
		})
	}
}

// Every set of accepted kinds takes these and no others, with the category that
// tells them apart, without it, and with the one that says nothing.
func TestKinds(t *testing.T) {
	kinds := []clerk.Token{clerk.SessionToken, clerk.TemplateToken, clerk.OAuthToken, clerk.MachineToken}
	samples := map[clerk.Token][]token{
		clerk.SessionToken:  {session1(), session2()},
		clerk.TemplateToken: {template()},
		clerk.OAuthToken:    {oauth()},
		clerk.MachineToken:  {machine()},
	}
	for set := range 1 << len(kinds) {
		var accept []clerk.Token
		for i, k := range kinds {
			if set&(1<<i) != 0 {
				accept = append(accept, k)
			}
		}
		v, _ := verifier(t, clerk.Config{Accept: accept})
		if len(accept) == 0 {
			accept = []clerk.Token{clerk.SessionToken}
		}
		for kind, tokens := range samples {
			for _, sample := range tokens {
				for _, cat := range []any{sample.header["cat"], nil, "cl_I7d4PD111III"} {
					_, err := v.Verify(t.Context(), sample.headed(object{"cat": cat}).signed(t))
					if want := slices.Contains(accept, kind); want != (err == nil) {
						t.Errorf("accept %v, a %s token with cat %v: %v", accept, kind, cat, err)
					}
				}
			}
		}
	}
}

// Machine and OAuth tokens have no azp: parties bind the sessions beside them.
func TestPartiesBesideOtherKinds(t *testing.T) {
	parties := []string{"https://app.northwind.example"}
	every := clerk.Config{
		Accept:            []clerk.Token{clerk.SessionToken, clerk.OAuthToken, clerk.MachineToken},
		AuthorizedParties: parties,
	}
	lax := every
	lax.InsecureMissingParty = true
	for name, tt := range map[string]struct {
		cfg   clerk.Config
		token token
		want  core.Code
	}{
		"session of the party": {every, session2(), ""},
		"session of another party": {
			every, session2().with(object{"azp": "https://evil.example"}), core.CodePartyMismatch,
		},
		"session without a party":         {every, session2().with(object{"azp": nil}), core.CodePartyMismatch},
		"session without a party, waived": {lax, session2().with(object{"azp": nil}), ""},
		"another party, waived": {
			lax, session2().with(object{"azp": "https://evil.example"}), core.CodePartyMismatch,
		},
		"machine": {every, machine(), ""},
		"OAuth":   {every, oauth(), ""},
	} {
		v, _ := verifier(t, tt.cfg)
		if _, err := v.Verify(t.Context(), tt.token.signed(t)); core.CodeOf(err) != tt.want {
			t.Errorf("%s: %v, want code %q", name, err, tt.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	parties := []string{"https://app.northwind.example"}
	for name, tt := range map[string]struct {
		cfg   clerk.Config
		token token
		want  core.Code // "" is accepted
	}{
		"pending":               {clerk.Config{}, session2().with(object{"sts": "pending"}), core.CodeClaimMismatch},
		"pending, asked for":    {clerk.Config{AllowPending: true}, session2().with(object{"sts": "pending"}), ""},
		"no sts":                {clerk.Config{}, session2().with(object{"sts": nil}), ""},
		"no sid":                {clerk.Config{}, session2().with(object{"sid": nil}), core.CodeMissingClaim},
		"empty sid":             {clerk.Config{}, session2().with(object{"sid": ""}), core.CodeClaimMismatch},
		"sid is a number":       {clerk.Config{}, session2().with(object{"sid": 7}), core.CodeClaimMismatch},
		"no sub":                {clerk.Config{}, session2().with(object{"sub": nil}), core.CodeMissingClaim},
		"another kind of sub":   {clerk.Config{}, session2().with(object{"sub": "org_1"}), core.CodeClaimMismatch},
		"no exp":                {clerk.Config{}, session2().with(object{"exp": nil}), core.CodeMissingClaim},
		"expired in the leeway": {clerk.Config{}, session2().with(object{"exp": minted + 6}), ""},
		"expired":               {clerk.Config{}, session2().with(object{"exp": minted + 5}), core.CodeTokenExpired},
		"no leeway": {
			clerk.Config{Leeway: -1}, session2().with(object{"exp": minted + 10}), core.CodeTokenExpired,
		},
		"not yet":            {clerk.Config{}, session2().with(object{"nbf": minted + 16}), core.CodeTokenNotActive},
		"typ of a machine":   {clerk.Config{}, session2().headed(object{"typ": "at+jwt"}), core.CodeClaimMismatch},
		"no typ":             {clerk.Config{}, session2().headed(object{"typ": nil}), ""},
		"HS256":              {clerk.Config{}, session2().headed(object{"alg": "HS256"}), core.CodeAlgorithmNotAllowed},
		"no category":        {clerk.Config{}, session2().headed(object{"cat": nil}), ""},
		"unknown parameters": {clerk.Config{}, session2().headed(object{"oiat": minted}), ""},
		"unknown category":   {clerk.Config{}, session2().headed(object{"cat": "cl_new"}), core.CodeClaimMismatch},
		"oauth without client": {
			clerk.Config{Accept: []clerk.Token{clerk.OAuthToken}},
			oauth().with(object{"client_id": nil}),
			core.CodeMissingClaim,
		},

		"template with a sid": {clerk.Config{}, template().with(object{"sid": "sess_1"}), core.CodeClaimMismatch},
		"template with a sid, asked": {
			clerk.Config{Accept: []clerk.Token{clerk.TemplateToken}}, template().with(object{"sid": "sess_1"}), "",
		},
		"session without fva": {
			clerk.Config{Accept: []clerk.Token{clerk.TemplateToken}},
			session2().with(object{"fva": nil}),
			core.CodeClaimMismatch,
		},

		"slash in iss": {clerk.Config{}, session2().with(object{"iss": issuer + "/"}), core.CodeIssuerMismatch},
		"foreign iss": {
			clerk.Config{},
			session2().with(object{"iss": "https://clerk.northwind.example.evil.example"}),
			core.CodeIssuerMismatch,
		},
		"clerk-like iss": {
			clerk.Config{}, session2().with(object{"iss": "https://clerk.evil.example"}), core.CodeIssuerMismatch,
		},
		"no iss": {clerk.Config{}, session2().with(object{"iss": nil}), core.CodeIssuerMismatch},
		"satellite": {
			clerk.Config{SatelliteIssuers: []string{"clerk.sat.example/"}},
			session2().with(object{"iss": "https://clerk.sat.example"}), "",
		},
		"primary and satellite": {clerk.Config{SatelliteIssuers: []string{"clerk.sat.example"}}, session2(), ""},
		"unknown satellite": {
			clerk.Config{SatelliteIssuers: []string{"clerk.sat.example"}},
			session2().with(object{"iss": "https://clerk.other.example"}), core.CodeIssuerMismatch,
		},
		"proxy": {
			clerk.Config{IssuerURL: "https://northwind.example/__clerk/"},
			session2().with(object{"iss": "https://northwind.example/__clerk"}), "",
		},

		"party": {clerk.Config{AuthorizedParties: parties}, session2(), ""},
		"other party": {
			clerk.Config{AuthorizedParties: parties},
			session2().with(object{"azp": "https://blog.northwind.example"}),
			core.CodePartyMismatch,
		},
		"party as prefix": {
			clerk.Config{AuthorizedParties: parties},
			session2().with(object{"azp": parties[0] + ".evil.example"}),
			core.CodePartyMismatch,
		},
		"empty party": {
			clerk.Config{AuthorizedParties: parties}, session2().with(object{"azp": ""}), core.CodePartyMismatch,
		},
		"party is a list": {
			clerk.Config{AuthorizedParties: parties}, session2().with(object{"azp": parties}), core.CodePartyMismatch,
		},
		"no party": {
			clerk.Config{AuthorizedParties: parties}, session2().with(object{"azp": nil}), core.CodePartyMismatch,
		},
		"no party, of a native app": {clerk.Config{
			AuthorizedParties:    parties,
			InsecureMissingParty: true,
		}, session2().with(object{"azp": nil}), ""},
		"party, of a native app":    {clerk.Config{AuthorizedParties: parties, InsecureMissingParty: true}, session2(), ""},
		"any party without setting": {clerk.Config{}, session2().with(object{"azp": "https://evil.example"}), ""},

		"audience": {
			clerk.Config{
				Accept:   []clerk.Token{clerk.MachineToken},
				Audience: []string{"mch_2uFh5NqWvC8xZrT3KpYd0LmSgJb"},
			}, machine(), "",
		},
		"another audience": {
			clerk.Config{
				Accept:   []clerk.Token{clerk.MachineToken},
				Audience: []string{"mch_other"},
			}, machine(), core.CodeAudienceMismatch,
		},
		"no audience": {clerk.Config{Audience: []string{"api"}}, session2(), core.CodeAudienceMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			v, _ := verifier(t, tt.cfg)
			_, err := v.Verify(t.Context(), tt.token.signed(t))
			if core.CodeOf(err) != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestOpaqueTokens(t *testing.T) {
	v, _ := verifier(t, clerk.Config{})
	for _, opaque := range []string{
		"mt_2uG1aXsQ7LzVw4RkHn9TcBd6EyM", "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN", "ak_3kJd82hs9dK2",
	} {
		_, err := v.Verify(t.Context(), opaque)
		if !errors.Is(err, core.CodeInvalidFormat) || !strings.Contains(err.Error(), "opaque") {
			t.Errorf("%s: %v", opaque[:3], err)
		}
		if strings.Contains(fmt.Sprint(err), opaque) {
			t.Errorf("reveals the token: %v", err)
		}
	}
}

// Whatever the model's guide calls the organization, tokens of every kind that
// have one give its id.
func TestOrganizationAsUserID(t *testing.T) {
	for _, claim := range []string{"organization_id", "org_id", "o.id"} {
		cfg := clerk.Config{UserIDClaim: claim, Accept: []clerk.Token{clerk.SessionToken, clerk.OAuthToken}}
		for name, sample := range map[string]token{
			"v1": session1(), "v2": session2(), "oauth": oauth(),
			"custom claim": session2().with(object{"o": nil, "organization_id": orgID}),
		} {
			if id := verified(t, cfg, sample).UserID(); id != orgID {
				t.Errorf("%s of %s is %q", claim, name, id)
			}
		}
		v, _ := verifier(t, cfg)
		if _, err := v.Verify(t.Context(), session2().with(object{"o": nil}).signed(t)); !errors.Is(
			err,
			core.CodeMissingClaim,
		) {
			t.Errorf("%s, no organization: %v", claim, err)
		}
	}
	if id := verified(t, clerk.Config{UserIDClaim: "sid"}, session2()).UserID(); id != "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL" {
		t.Errorf("sid is %q", id)
	}
}

func TestJWTKeyWithEscapedLineBreaks(t *testing.T) {
	contract, err := clerk.NewContract(clerk.Config{
		IssuerURL: issuer,
		JWTKey:    strings.ReplaceAll(publicKeyPEM(t), "\n", `\n`),
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := core.NewVerifier(contract, core.WithClock(&clock{}), quiet())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), session2().signed(t)); !errors.Is(
		err,
		core.CodeTokenNotActive,
	) { // past the signature
		t.Errorf("got %v", err)
	}
}

// Without JWTKey the instance's keys are fetched, once, from its own host.
func TestKeysAreFetched(t *testing.T) {
	var fetches atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/jwks.json" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		fetches.Add(1)
		public := instanceKey().PublicKey
		err := json.NewEncoder(w).Encode(object{"keys": []object{{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": session2().header["kid"],
			"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
		}}})
		if err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: server.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	now := &clock{}
	now.set(minted + 10)
	v, err := core.NewVerifier(contract, core.WithClock(now), quiet())
	if err != nil {
		t.Fatal(err)
	}
	good := session2().with(object{"iss": server.URL})
	if _, err := v.Verify(t.Context(), session2().signed(t)); !errors.Is(err, core.CodeIssuerMismatch) ||
		fetches.Load() != 0 {
		t.Errorf("a foreign token: %v, %d fetches", err, fetches.Load())
	}
	for range 3 {
		s, err := v.Verify(t.Context(), good.signed(t))
		if err != nil || s.UserID() != userID {
			t.Fatalf("%v, %v", s, err)
		}
	}
	if fetches.Load() != 1 {
		t.Errorf("%d fetches", fetches.Load())
	}
}
