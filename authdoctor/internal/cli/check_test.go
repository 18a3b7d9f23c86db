package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// checkStage is an issuer and the file of a contract that has its keys.
type checkStage struct {
	*authtest.Issuer
	contract string
}

func newCheckStage(t *testing.T) checkStage {
	t.Helper()
	issuer := authtest.NewIssuer(t,
		authtest.WithIssuerURL("https://issuer.example"),
		authtest.WithClock(authtest.NewClock(now)),
	)
	contract := issuer.Contract(func(r *core.Rules) {
		r.JWKSURL, r.JWKS = "", issuer.JWKS()
		r.Provider, r.Audiences = "custom", []string{"api"}
	})
	text, err := json.Marshal(contract)
	if err != nil {
		t.Fatal(err)
	}
	return checkStage{issuer, writeFile(t, "contract.json", string(text))}
}

func (s checkStage) check(t *testing.T, token string, args ...string) outcome {
	t.Helper()
	return person{stdin: token}.run(t, append([]string{"check", "--contract", s.contract}, args...)...)
}

// TestTenBrokenTokens records what a person reads about each.
func TestTenBrokenTokens(t *testing.T) {
	s := newCheckStage(t)
	api := func(claims authtest.Claims, options ...authtest.TokenOption) string {
		all := authtest.Claims{"aud": "api"}
		maps.Copy(all, claims)
		return s.Token(all, options...)
	}
	good := api(nil)
	s.check(t, good).want(t, 0, "ACCEPTED")
	parts := strings.Split(good, ".")
	admin := base64.RawURLEncoding.EncodeToString([]byte(
		`{"iss":"https://issuer.example","aud":"api","sub":"admin","exp":1795699600}`))
	var record strings.Builder
	for _, c := range []struct {
		name, token string
		code        core.Code
		says        string
	}{
		{"expired 42 seconds ago", api(nil, authtest.ExpiresIn(-42*time.Second)), core.CodeTokenExpired, "expired"},
		{
			"not valid before tomorrow", api(authtest.Claims{"nbf": now.Add(24 * time.Hour).Unix()}), core.CodeTokenNotActive,
			"nbf",
		},
		{"for another service", api(authtest.Claims{"aud": "billing"}), core.CodeAudienceMismatch, "billing"},
		{"a slash too many", api(authtest.Claims{"iss": "https://issuer.example/"}), core.CodeIssuerMismatch, "only by a"},
		{"changed on its way", parts[0] + "." + admin + "." + parts[2], core.CodeInvalidSignature, "signature"},
		{
			"signed with a key that was never published", api(nil, authtest.WithKeyID("key-0")), core.CodeUnknownKey,
			"key-1-RS256",
		},
		{
			"not signed at all", compact(`{"alg":"none"}`, `{"iss":"https://issuer.example","aud":"api","sub":"user_1"}`, ""),
			core.CodeInvalidFormat, "unsigned",
		},
		{
			"signed with a secret", api(nil, authtest.WithSecret([]byte(strings.Repeat("s", 32)))),
			core.CodeAlgorithmNotAllowed, "HS256",
		},
		{"a logout token", api(nil, authtest.WithHeader("typ", "logout+jwt")), core.CodeClaimMismatch, "logout+jwt"},
		{"an opaque token", "4f2b0c9e7d1a4e55a8b3", core.CodeInvalidFormat, "an opaque token"},
	} {
		out := s.check(t, c.token)
		out.want(t, 1, "REFUSED  "+string(c.code), c.says)
		record.WriteString(
			"# " + c.name + "\n\n$ authdoctor check --contract contract.json < token.txt\n" + out.stdout + "\n",
		)
		if last := c.token[strings.LastIndex(c.token, ".")+1:]; len(last) > 20 && strings.Contains(out.stdout, last) {
			t.Errorf("%s: the signature is shown", c.name)
		}
	}
	golden(t, "tokens.txt", record.String())
}

func TestCheckAt(t *testing.T) {
	s := newCheckStage(t)
	token := s.Token(authtest.Claims{"aud": "api"})
	s.check(t, token, "--at", "2026-11-26T12:30:00Z").want(t, 0, "ACCEPTED")
	s.check(t, token, "--at", "2026-11-26T14:00:00Z").want(t, 1, "TOKEN_EXPIRED")
	s.check(t, token, "--at", "1795690000").want(t, 1, "TOKEN_NOT_ACTIVE")
	s.check(t, token, "--at", "noon").want(t, 2, `--at "noon" is not a time`)
}

func TestCheckJSON(t *testing.T) {
	s := newCheckStage(t)
	inner := compact(`{"alg":"HS256"}`, `{"sub":"x"}`, "the inner signature")
	out := s.check(t, s.Token(authtest.Claims{"aud": "billing", "act": inner}), "--json")
	var report core.Report
	if err := json.Unmarshal([]byte(out.stdout), &report); err != nil || report.Code != core.CodeAudienceMismatch ||
		out.code != 1 {
		t.Errorf("%v, %d, %+v", err, out.code, report)
	}
	if strings.Contains(out.stdout, base64.RawURLEncoding.EncodeToString([]byte("the inner signature"))) {
		t.Error("the signature of a token among the claims is shown")
	}
}

func TestCheckBatch(t *testing.T) {
	s := newCheckStage(t)
	good, bad := s.Token(authtest.Claims{"aud": "api"}), s.Token(nil)
	lines := func(out outcome) (reports []struct {
		Line     int
		Accepted bool
		Code     core.Code
	},
	) {
		t.Helper()
		for line := range strings.Lines(out.stdout) {
			var r struct {
				Line     int
				Accepted bool
				Code     core.Code
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			reports = append(reports, r)
		}
		return reports
	}
	out := s.check(t, good+"\n\nBearer "+bad+"\r\ngarbage\n", "--batch")
	reports := lines(out)
	if len(reports) != 3 || !reports[0].Accepted || reports[1].Line != 3 || reports[1].Code != core.CodeAudienceMismatch ||
		reports[2].Code != core.CodeInvalidFormat || out.code != 1 {
		t.Errorf("got %+v, %d", reports, out.code)
	}
	s.check(t, good+"\n"+good, "--batch").want(t, 0)
	s.check(t, "\n", "--batch").want(t, 2, "no token: the input is empty")
	s.check(t, strings.Repeat("a", 1<<20+1), "--batch").want(t, 2, "not a token")
}

// TestCheckFetchesKeys: a contract with a URL is what names the address.
func TestCheckFetchesKeys(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	args := []string{
		"check", "--provider", "oidc", "--issuer", issuer.URL(), "--audience", authtest.Audience,
		"--at", time.Now().Format(time.RFC3339),
	}
	token := issuer.Token(nil)
	person{stdin: token}.run(t, args...).want(t, 0, "ACCEPTED", "by the contract oidc for "+issuer.URL())
	config := writeFile(
		t,
		"contracts.json",
		`{"contracts":[`+good+`,{"provider":"oidc","config":{"issuer":"`+issuer.URL()+`","audience":"`+authtest.Audience+`"}}]}`,
	)
	person{
		stdin: token,
	}.run(t, "check", "--config", config, "--at", time.Now().Format(time.RFC3339)).
		want(t, 0, "ACCEPTED")

	before := issuer.Fetches()
	other := person{stdin: issuer.Token(authtest.Claims{"iss": "https://other.example"})}
	other.run(t, args...).want(t, 1, "ISSUER_MISMATCH", "other.example")
	if issuer.Fetches() != before {
		t.Error("keys were fetched for a foreign token")
	}
	issuer.Unavailable(true)
	person{stdin: token}.run(t, args...).want(t, 2, "CANNOT TELL  KEYS_UNAVAILABLE")
	person{stdin: token + "\n" + token}.run(t, append(args, "--batch")...).want(t, 2)
}

func TestCheckWithoutContract(t *testing.T) {
	person{stdin: "x.y.z"}.run(t, "check").want(t, 2, "--contract=FILE or --config=FILE or --provider=SLUG")
	broken := writeFile(t, "broken.json", brokenContracts[1].text)
	person{stdin: "x.y.z"}.run(t, "check", "--contract", broken).want(t, 2, "INVALID", "Clerk's dashboard")
	run(
		t,
		"check",
		"--provider",
		"oidc",
		"--issuer",
		"https://issuer.example",
		"--audience",
		"api",
	).want(t, 2, "no token: the input is empty")
}

// TestCheckComparesClocks: a fresh token that is expired here is explained by
// the clock, which the issuer's answers show.
func TestCheckComparesClocks(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	args := []string{"check", "--provider", "oidc", "--issuer", issuer.URL(), "--audience", authtest.Audience}
	token := issuer.Token(nil)
	for name, c := range map[string]struct {
		off  time.Duration
		says string
	}{
		"ahead":  {2*time.Hour + 90*time.Second, "this machine's clock is 2 h 1 min ahead of the issuer's"},
		"behind": {-2*time.Hour - 90*time.Second, "this machine's clock is 2 h 1 min behind the issuer's"},
	} {
		t.Run(name, func(t *testing.T) {
			clock := func() time.Time { return time.Now().Add(c.off) }
			person{stdin: token, now: clock}.run(t, args...).want(t, 1, c.says)
		})
	}
	old := person{stdin: issuer.Token(nil, authtest.ExpiresIn(-time.Hour)), now: time.Now}.run(t, args...)
	old.want(t, 1, "TOKEN_EXPIRED")
	if strings.Contains(old.stdout, "this machine's clock") {
		t.Error("the clock is blamed for a token that is old")
	}
}
