package core_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// forgery is a request in the making, to which faults are done.
type forgery struct {
	header, claims map[string]any
	alg            string
	tampered       bool
	padding        int
	twice          bool
}

// faultOrder is the order in which a token with several faults reports them.
func faultOrder() []struct {
	name  string
	code  core.Code
	claim string // tells faults of one code apart
	spoil func(f *forgery)
} {
	return []struct {
		name  string
		code  core.Code
		claim string
		spoil func(f *forgery)
	}{
		{"request", core.CodeInvalidRequest, "", func(f *forgery) { f.twice = true }},
		{"size", core.CodeTokenTooLarge, "", func(f *forgery) { f.padding = 3000 }},
		{"format", core.CodeInvalidFormat, "nbf", func(f *forgery) { f.claims["nbf"] = "soon" }},
		{"algorithm", core.CodeAlgorithmNotAllowed, "", func(f *forgery) { f.alg = "RS512" }},
		{"issuer", core.CodeIssuerMismatch, "iss", func(f *forgery) { f.claims["iss"] = "https://evil.example" }},
		{"key", core.CodeUnknownKey, "", func(f *forgery) { f.header["kid"] = "nope" }},
		{"signature", core.CodeInvalidSignature, "", func(f *forgery) { f.tampered = true }},
		{"time", core.CodeTokenExpired, "exp", func(f *forgery) { f.claims["exp"] = 1 }},
		{"audience", core.CodeAudienceMismatch, "aud", func(f *forgery) { f.claims["aud"] = "other" }},
		{"party", core.CodePartyMismatch, "azp", func(f *forgery) { f.claims["azp"] = "evil" }},
		{"type", core.CodeClaimMismatch, "typ", func(f *forgery) { f.header["typ"] = "logout+jwt" }},
		{"binding", core.CodeClaimMismatch, "cnf", func(f *forgery) { f.claims["cnf"] = map[string]any{"jkt": "x"} }},
		{"claims", core.CodeClaimMismatch, "use", func(f *forgery) { f.claims["use"] = "id" }},
		{"user id", core.CodeClaimMismatch, "sub", func(f *forgery) { f.claims["sub"] = "a\nb" }},
		{"revocation", core.CodeTokenRevoked, "", func(f *forgery) { f.claims["revoked"] = true }},
		{"policy", core.CodeInsufficientScope, "", func(f *forgery) { f.claims["scope"] = "" }},
	}
}

func (f *forgery) request(t *testing.T) guard.Request {
	t.Helper()
	if f.padding > 0 {
		f.claims["pad"] = strings.Repeat("p", f.padding)
	}
	raw := mint(t, f.alg, rsaKey(), f.header, f.claims)
	if f.tampered {
		dot := strings.LastIndexByte(raw, '.') + 1
		swap := "A"
		if raw[dot] == 'A' {
			swap = "B"
		}
		raw = raw[:dot] + swap + raw[dot+1:]
	}
	if f.twice {
		return get("Authorization", "Bearer "+raw, "Authorization", "Bearer "+raw)
	}
	return get("Authorization", "Bearer "+raw)
}

func TestPrecedence(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	rules := server.Rules()
	rules.AuthorizedParties, rules.MaxTokenBytes = []string{"spa"}, 2000
	rules.ClaimRules = []core.ClaimRule{{Claim: "use", OneOf: []string{"access"}}}
	revoked := func(_ context.Context, s *core.Session) error {
		if r, _ := s.Claim("revoked"); r == true {
			return core.CodeTokenRevoked
		}
		return nil
	}
	scoped := policyFunc(func(s *core.Session) error {
		if !s.HasScope("read") {
			return &core.Error{Code: core.CodeInsufficientScope}
		}
		return nil
	})
	g, err := guard.New(
		newVerifier(t, rules),
		guard.Revocation(revoker(revoked), guard.FailClosed),
		guard.Policies(scoped),
	)
	if err != nil {
		t.Fatal(err)
	}
	check := func(t *testing.T, want core.Code, claim string, faults ...func(*forgery)) {
		t.Helper()
		f := &forgery{
			header: map[string]any{"kid": "k1"}, alg: "RS256",
			claims: claimsWith(map[string]any{"azp": "spa", "use": "access", "scope": "read"}),
		}
		for _, spoil := range faults {
			spoil(f)
		}
		_, rejection := g.Check(t.Context(), f.request(t))
		if want == "" {
			if rejection != nil {
				t.Fatal(rejection)
			}
			return
		}
		if rejection == nil {
			t.Fatal("accepted")
		}
		wantCode(t, rejection, want)
		var found *core.Error
		if errors.As(rejection, &found) && found.Claim != claim {
			t.Errorf("claim %q, want %q", found.Claim, claim)
		}
	}
	check(t, "", "")
	order := faultOrder()
	for i, first := range order {
		check(t, first.code, first.claim, first.spoil)
		for _, second := range order[i+1:] {
			t.Run(fmt.Sprintf("%s before %s", first.name, second.name), func(t *testing.T) {
				check(t, first.code, first.claim, first.spoil, second.spoil)
			})
		}
		all := make([]func(*forgery), 0, len(order))
		for _, later := range order[i:] {
			all = append(all, later.spoil)
		}
		t.Run(first.name+" before all others", func(t *testing.T) { check(t, first.code, first.claim, all...) })
	}
}

// The list of steps in verify.go, the order of the codes and the order of the
// faults above are one order.
func TestStepsAreInTheOrderOfTheCodes(t *testing.T) {
	steps, refused := newVerifier(t, secretRules()).Steps(t.Context(), hs256(t, nil))
	if refused != nil {
		t.Fatal(refused)
	}
	order := slices.DeleteFunc(
		slices.Clone(steps),
		func(name string) bool { return name == "contract" },
	) // repeats earlier ones
	codes := codesInOrder(t)
	var faults []string
	rank := -1
	for _, f := range faultOrder() {
		faults = append(faults, f.name)
		at := slices.Index(codes, string(f.code))
		if at < rank {
			t.Errorf("%s is reported as %s, which stands before the code of an earlier step", f.name, f.code)
		}
		rank = at
	}
	want := slices.Concat([]string{"request"}, order, []string{"revocation", "policy"})
	if !slices.Equal(faults, want) {
		t.Errorf("faults tested in the order %q, want %q", faults, want)
	}
}

// codesInOrder reads the values of the Code constants in the order of code.go.
func codesInOrder(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, v := range spec.Values {
				if text, ok := v.(*ast.BasicLit); ok {
					codes = append(codes, strings.Trim(text.Value, `"`))
				}
			}
		}
		return true
	})
	if len(codes) < 20 {
		t.Fatalf("found the codes %q", codes)
	}
	return codes
}

// What can be decided without a key is decided without one.
func TestForeignTokensCauseNoFetch(t *testing.T) {
	server, second := newKeyServer(
		t,
		publicJWK(rsaKey().Public(), "k1", ""),
	), newKeyServer(
		t,
		publicJWK(rsaKey().Public(), "k1", ""),
	)
	other := second.Rules()
	other.Issuer = "https://b.example"
	for name, opts := range map[string][]core.Option{
		"one contract": nil, "two contracts": {newContract(t, other)},
		"a resolver": {core.Resolver{Resolve: func(context.Context, string) (*core.Contract, error) { return nil, nil }}},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVerifier(t, server.Rules(), opts...)
			for _, c := range []struct {
				token string
				want  core.Code
			}{
				{rs256(t, "k1", map[string]any{"iss": "https://evil.example"}), core.CodeIssuerMismatch},
				{rs256(t, "k1", map[string]any{"iss": nil}), core.CodeIssuerMismatch},
				{mint(t, "ES256", p256Key(), map[string]any{"kid": "k1"}, claimsWith(nil)), core.CodeAlgorithmNotAllowed},
				{hs256(t, nil), core.CodeAlgorithmNotAllowed},
				{rs256(t, "k1", map[string]any{"exp": "x"}), core.CodeInvalidFormat},
				{rs256(t, "k1", map[string]any{"pad": strings.Repeat("p", 20000)}), core.CodeTokenTooLarge},
			} {
				_, err := v.Verify(t.Context(), c.token)
				wantCode(t, err, c.want)
			}
			if n := server.Fetches.Load() + second.Fetches.Load(); n != 0 {
				t.Errorf("%d fetches", n)
			}
		})
	}
}
