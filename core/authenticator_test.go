package core_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// opaque accepts tokens with a prefix, by a contract's word about their claims.
type opaque struct {
	contract *core.Contract
	calls    int
}

func (o *opaque) Recognizes(c core.Credentials) bool { return strings.HasPrefix(c.Token, "op_") }

func (o *opaque) Authenticate(_ context.Context, c core.Credentials) (*core.Session, error) {
	o.calls++
	if c.Token != "op_good" {
		return nil, &core.Error{Code: core.CodeTokenRevoked}
	}
	claims, err := json.Marshal(claimsWith(map[string]any{"sub": "user_2"}))
	if err != nil {
		return nil, err
	}
	return o.contract.Accept(claims)
}

// everything counts what reaches an authenticator that recognizes everything.
type everything struct{ calls int }

func (e *everything) Authenticate(context.Context, core.Credentials) (*core.Session, error) {
	e.calls++
	return nil, &core.Error{Code: core.CodeForbidden}
}

// Who is chosen decides: a refused token is never tried with another.
func TestFirstOf(t *testing.T) {
	other := newVerifier(t, with(func(r *core.Rules) { r.Issuer = "https://other.example" }))
	op := &opaque{contract: newContract(t, secretRules())}
	chain := core.FirstOf(other, newVerifier(t, secretRules()), op)
	for name, c := range map[string]struct {
		token string
		want  core.Code
		calls int
	}{
		"the second verifier, by its issuer": {hs256(t, nil), "", 0},
		"the first verifier, by its issuer":  {hs256(t, map[string]any{"iss": "https://other.example"}), "", 0},
		"refused by the chosen one":          {hs256(t, map[string]any{"exp": 1}), core.CodeTokenExpired, 0},
		"no issuer of theirs": {
			hs256(t, map[string]any{"iss": "https://third.example"}),
			core.CodeIssuerMismatch,
			0,
		},
		"by prefix, refused":   {"op_bad", core.CodeTokenRevoked, 1},
		"recognized by nobody": {"garbage", core.CodeInvalidFormat, 0},
		"nothing":              {"", core.CodeTokenMissing, 0},
	} {
		op.calls = 0
		s, err := chain.Authenticate(t.Context(), core.Credentials{Token: c.token})
		if core.CodeOf(err) != c.want || (s == nil) != (c.want != "") || op.calls != c.calls {
			t.Errorf("%s: %v, %v, %d calls", name, s, err, op.calls)
		}
	}
	// One without Recognizes gets what nobody before it recognizes, and nothing else.
	last := &everything{}
	chain = core.FirstOf(newVerifier(t, secretRules()), last)
	_, err := chain.Authenticate(t.Context(), core.Credentials{Token: hs256(t, map[string]any{"aud": "x"})})
	if core.CodeOf(err) != core.CodeAudienceMismatch || last.calls != 0 {
		t.Errorf("a refused JWT fell through: %v", err)
	}
	_, err = chain.Authenticate(t.Context(), core.Credentials{Token: "whatever"})
	if core.CodeOf(err) != core.CodeForbidden || last.calls != 1 {
		t.Errorf("got %v", err)
	}
	for name, all := range map[string][]core.Authenticator{
		"none": {}, "nil": {nil}, "a nil contract": {(*core.Contract)(nil)}, "a zero verifier": {&core.Verifier{}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			core.FirstOf(all...)
		}()
	}
}

// Claims that were verified by other means meet the same rules.
func TestAccept(t *testing.T) {
	v := newVerifier(t, with(func(r *core.Rules) { r.AuthorizedParties = []string{"spa"} }))
	for name, c := range map[string]struct {
		changes map[string]any
		want    core.Code
	}{
		"good":            {map[string]any{"azp": "spa"}, ""},
		"another issuer":  {map[string]any{"azp": "spa", "iss": "https://other.example"}, core.CodeIssuerMismatch},
		"expired":         {map[string]any{"azp": "spa", "exp": 1}, core.CodeTokenExpired},
		"without exp":     {map[string]any{"azp": "spa", "exp": nil}, core.CodeMissingClaim},
		"another service": {map[string]any{"azp": "spa", "aud": "x"}, core.CodeAudienceMismatch},
		"another party":   {map[string]any{"azp": "evil"}, core.CodePartyMismatch},
		"bound":           {map[string]any{"azp": "spa", "cnf": map[string]any{}}, core.CodeClaimMismatch},
		"without user":    {map[string]any{"azp": "spa", "sub": nil}, core.CodeMissingClaim},
	} {
		claims := json.RawMessage(asJSON(t, claimsWith(c.changes)))
		s, err := v.Accept(t.Context(), claims)
		if core.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		clear(claims) // the session has its own copy
		if err == nil && (s.UserID() != "user_1" || s.Subject() != "user_1") {
			t.Errorf("%s: %v", name, s)
		}
	}
	for claims, want := range map[string]core.Code{
		"": core.CodeInvalidFormat, "null": core.CodeInvalidFormat, "[]": core.CodeInvalidFormat,
		`{"iss":"a","iss":"b"}`: core.CodeInvalidFormat, `{"x":"` + strings.Repeat("a", 1<<20) + `"}`: core.CodeTokenTooLarge,
	} {
		if _, err := v.Accept(t.Context(), json.RawMessage(claims)); core.CodeOf(err) != want {
			t.Errorf("%.20s: %v", claims, err)
		}
	}
	typed := newVerifier(t, with(func(r *core.Rules) { r.TokenTypes = []string{"at+jwt"} }))
	_, err := typed.Accept(t.Context(), json.RawMessage(asJSON(t, claimsWith(nil))))
	if core.CodeOf(err) != core.CodeClaimMismatch {
		t.Errorf("a rule about the header was waived: %v", err)
	}
}

// A verifier takes the schemes that it can check.
func TestAuthenticate(t *testing.T) {
	v, good := newVerifier(t, secretRules()), hs256(t, nil)
	for name, c := range map[string]struct {
		credentials core.Credentials
		want        core.Code
	}{
		"bearer":             {core.Credentials{Token: good, Scheme: "Bearer"}, ""},
		"no scheme":          {core.Credentials{Token: good}, ""},
		"DPoP":               {core.Credentials{Token: good, Scheme: "DPoP", Proof: "x"}, core.CodeInvalidRequest},
		"nothing":            {core.Credentials{}, core.CodeTokenMissing},
		"no single bearer":   {core.Credentials{Token: "a b", Scheme: "Bearer"}, core.CodeInvalidRequest},
		"no token elsewhere": {core.Credentials{Token: "a b"}, core.CodeInvalidFormat},
	} {
		if _, err := v.Authenticate(t.Context(), c.credentials); core.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		text := fmt.Sprintf("%v %+v %#v", c.credentials, c.credentials, c.credentials)
		if c.credentials.Token != "" && strings.Contains(text, good) {
			t.Errorf("%s: printed %s", name, text)
		}
	}
	s, err := v.Verify(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	again, err := v.Reauthenticate(t.Context(), s, core.Credentials{Token: good})
	if err != nil || again != s {
		t.Errorf("got %v, %v", again, err)
	}
	other, err := v.Reauthenticate(t.Context(), s, core.Credentials{Token: hs256(t, map[string]any{"sub": "user_2"})})
	if err != nil || other.UserID() != "user_2" {
		t.Errorf("got %v, %v", other, err)
	}
}

func ExampleFirstOf() {
	a := core.FirstOf(exampleContract("my-gateway"), exampleContract("partner"))
	session, err := a.Authenticate(context.Background(), core.Credentials{Token: exampleToken("partner", "user_123")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.UserID(), session.Issuer())
	// Output: user_123 partner
}

func ExampleContract_Accept() {
	// The answer of an introspection endpoint, or what a trusted gateway passes on.
	claims := fmt.Sprintf(
		`{"iss":"my-gateway","aud":"my-api","sub":"user_123","exp":%d}`,
		time.Now().Add(time.Minute).Unix(),
	)
	session, err := exampleContract("my-gateway").Accept(json.RawMessage(claims))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.UserID())
	// Output: user_123
}
