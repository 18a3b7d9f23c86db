package guard_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
)

// Every code can be reported, except NETWORK_ERROR, which is an alias.
func TestEveryCode(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	down := newKeyServer(t)
	down.Down.Store(true)
	rules := server.Rules()
	rules.AuthorizedParties, rules.InsecureMissingParty, rules.RequiredClaims = []string{"spa"}, true, []string{"ok"}
	rules.ClaimRules = []core.ClaimRule{{Claim: "use", Optional: true, OneOf: []string{"access"}}}
	verify := func(changes map[string]any) error {
		changes["ok"] = true
		if changes["ok?"] == false {
			delete(changes, "ok")
		}
		_, err := newVerifier(t, rules).Verify(t.Context(), rs256(t, "k1", changes))
		return err
	}
	policy := func(code core.Code) error {
		g := newGuard(t, guard.Policies(policyFunc(func(*core.Session) error { return &core.Error{Code: code} })))
		_, rejection := g.Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
		return rejection
	}
	got := map[core.Code]error{}
	note := func(err error) { got[core.CodeOf(err)] = err }
	ctx := t.Context()
	_, err := newVerifier(t, rules).VerifyHeader(ctx, "Bearer a b")
	note(err)
	_, err = newVerifier(t, rules).VerifyHeader(ctx, "")
	note(err)
	_, err = newVerifier(t, rules).Verify(ctx, strings.Repeat("a", 1<<20))
	note(err)
	_, err = newVerifier(t, rules).Verify(ctx, "x")
	note(err)
	_, err = newVerifier(t, rules).Verify(ctx, hs256(t, nil))
	note(err)
	note(verify(map[string]any{"iss": "x"}))
	_, err = newVerifier(t, down.Rules()).Verify(ctx, rs256(t, "k1", nil))
	note(err)
	_, err = newVerifier(t, rules).Verify(ctx, rs256(t, "k2", nil))
	note(err)
	_, err = newVerifier(t, rules).Verify(ctx, mint(t, "RS256", otherRSA(), map[string]any{"kid": "k1"}, claimsWith(nil)))
	note(err)
	note(verify(map[string]any{"exp": 1}))
	note(verify(map[string]any{"nbf": 1_900_000_000}))
	note(verify(map[string]any{"aud": "x"}))
	note(verify(map[string]any{"azp": "x"}))
	note(verify(map[string]any{"ok?": false}))
	note(verify(map[string]any{"use": "id"}))
	_, rejection := newGuard(
		t,
		guard.Revocation(
			revoker(func(context.Context, *core.Session) error { return core.CodeTokenRevoked }),
			guard.FailClosed,
		),
	).
		Check(ctx, get("Authorization", "Bearer "+hs256(t, nil)))
	note(rejection)
	_, rejection = newGuard(
		t,
		guard.Revocation(revoker(func(context.Context, *core.Session) error { return errors.New("down") }), guard.FailClosed),
	).
		Check(ctx, get("Authorization", "Bearer "+hs256(t, nil)))
	note(rejection)
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = newVerifier(t, down.Rules()).Verify(canceled, rs256(t, "k1", nil))
	note(err)
	_, rejection = newGuard(t, guard.Extractors(guard.ExtractorFunc(func(guard.Request) (string, error) {
		return "", &core.Error{Code: core.CodeInvalidProof}
	}))).Check(ctx, get())
	note(rejection)
	for _, code := range []core.Code{
		core.CodeInsufficientScope, core.CodeForbidden, core.CodeReauthenticationRequired,
		introspect.CodeInactive, introspect.CodeUnavailable, apikey.CodeUnavailable,
	} {
		note(policy(code))
	}
	note(guard.Require().Check(ctx, get()))
	for _, code := range allCodes() {
		e := got[code]
		if e == nil {
			t.Errorf("nothing reports %s", code)
			continue
		}
		var typed *core.Error
		if !errors.As(e, &typed) || typed.Message() == "" || strings.Contains(typed.Message(), string(code)) {
			t.Errorf("%s: %v", code, e)
		}
		if !errors.Is(e, code) ||
			errors.Is(e, core.CodeNetworkError) != strings.HasSuffix(string(code), "_UNAVAILABLE") {
			t.Errorf("errors.Is of %s", code)
		}
	}
	if err := verify(map[string]any{"azp": "spa", "use": "access"}); err != nil {
		t.Error(err)
	}
}

func allCodes() []core.Code {
	return []core.Code{
		core.CodeInvalidRequest, core.CodeTokenMissing, core.CodeTokenTooLarge, core.CodeInvalidFormat,
		core.CodeAlgorithmNotAllowed,
		core.CodeIssuerMismatch, core.CodeKeysUnavailable, introspect.CodeUnavailable,
		apikey.CodeUnavailable, core.CodeUnknownKey,
		core.CodeInvalidSignature, introspect.CodeInactive,
		core.CodeTokenExpired,
		core.CodeTokenNotActive, core.CodeAudienceMismatch, core.CodePartyMismatch, core.CodeInvalidProof,
		core.CodeMissingClaim, core.CodeClaimMismatch,
		core.CodeRevocationUnavailable, core.CodeTokenRevoked, core.CodeInsufficientScope, core.CodeForbidden,
		core.CodeReauthenticationRequired, core.CodeUnknownError, core.CodeRequestCanceled,
	}
}
