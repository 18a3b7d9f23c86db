package core_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
)

// No way of printing shows a secret.
func TestSecretNeverPrinted(t *testing.T) {
	rules := secretRules()
	contract := newContract(t, rules)
	verifier := newVerifier(t, rules, core.WithObserver(func(context.Context, event.Event) {}))
	g, err := guard.New(verifier)
	if err != nil {
		t.Fatal(err)
	}
	session, err := verifier.Verify(t.Context(), hs256(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	_, refusal := verifier.Verify(t.Context(), mint(t, "HS256", []byte("another"), map[string]any{}, claimsWith(nil)))
	short := rules
	short.Algorithms = []string{"HS384", "RS256"}
	short.Secret = core.NewSecret(kitSecret[:40])
	_, fault := core.NewContract(short)
	values := map[string]any{
		"Secret":       rules.Secret,
		"Rules":        rules,
		"*Rules":       &rules,
		"handed Rules": contract.Rules(),
		"*Contract":    contract,
		"Contract":     *contract,
		"Verifier":     verifier, "Guard": g, "Session": session, "refusal": refusal, "ConfigError": fault,
		"list": []any{rules, contract}, "map": map[string]core.Secret{"a": rules.Secret},
	}
	if refusal == nil || fault == nil {
		t.Fatal("no errors to print")
	}
	for name, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			hidden(t, name+" "+verb, fmt.Sprintf(verb, v))
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", v)
		hidden(t, name+" slog", log.String())
		if data, err := json.Marshal(v); err == nil {
			hidden(t, name+" JSON", string(data))
		}
	}
}

func hidden(t *testing.T, where, text string) {
	t.Helper()
	for _, part := range []string{kitSecret[:40], fmt.Sprintf("%x", kitSecret[:40]), b64(kitSecret[:39])} {
		if strings.Contains(text, part) {
			t.Errorf("%s shows the secret: %s", where, text)
		}
	}
}

func TestSecretForms(t *testing.T) {
	secret := core.NewSecret("hush")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		if got := fmt.Sprintf(verb, secret); got != "[REDACTED]" {
			t.Errorf("%s: %s", verb, got)
		}
		if got := fmt.Sprintf(verb, core.NewSecret("")); got != "" {
			t.Errorf("%s of none: %s", verb, got)
		}
	}
	if secret.String() != "[REDACTED]" || secret.GoString() != "[REDACTED]" || secret.LogValue().String() != "[REDACTED]" {
		t.Error("a method shows it")
	}
	if data, err := json.Marshal(secret); err != nil || string(data) != `"[REDACTED]"` {
		t.Errorf("JSON: %s %v", data, err)
	}
	var read core.Secret
	if err := json.Unmarshal([]byte(`"hush"`), &read); err != nil || read.Reveal() != "hush" {
		t.Errorf("from JSON: %v", err)
	}
}

func TestWarnings(t *testing.T) {
	bind := []core.ClaimRule{{Claim: "client_id", OneOf: []string{"spa"}, Code: core.CodeAudienceMismatch}}
	cases := []struct {
		name  string
		rules core.Rules
		want  []string
	}{
		{"nothing open", secretRules(), nil},
		{"any issuer", core.Rules{
			InsecureAnyIssuer: true,
			Audiences:         []string{"api"},
			Secret:            core.NewSecret(kitSecret),
		}, []string{"any issuer"}},
		{"no audience", core.Rules{
			Issuer:              kitIssuer,
			InsecureAnyAudience: true,
			Secret:              core.NewSecret(kitSecret),
		}, []string{"no audience: a token this issuer made for any other service"}},
		{"bound by parties", core.Rules{
			Issuer:              kitIssuer,
			InsecureAnyAudience: true,
			AuthorizedParties:   []string{"spa"},
			Secret:              core.NewSecret(kitSecret),
		}, nil},
		{"bound by a rule", core.Rules{
			Issuer:              kitIssuer,
			InsecureAnyAudience: true,
			ClaimRules:          bind,
			Secret:              core.NewSecret(kitSecret),
		}, nil},
		{"no expiry", with(func(r *core.Rules) { r.InsecureNoExpiry = true }), []string{"no expiry"}},
		{"short secret", with(func(r *core.Rules) { r.InsecureShortSecret = true }), []string{"short secret"}},
		{"http", with(func(r *core.Rules) { r.InsecureHTTP = true }), []string{"plain http"}},
		{"bound tokens", with(func(r *core.Rules) { r.InsecureIgnoreConfirmation = true }), []string{"bound tokens (cnf)"}},
		{"emulator", with(func(r *core.Rules) { r.InsecureEmulator = true }), []string{"emulator: unsigned tokens"}},
		{
			"several",
			with(func(r *core.Rules) { r.InsecureEmulator, r.InsecureNoExpiry = true, true }),
			[]string{"no expiry", "emulator"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract := newContract(t, c.rules)
			got := contract.Warnings()
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], c.want[i]) {
					t.Errorf("got %q, want %q…", got[i], c.want[i])
				}
			}
			var log bytes.Buffer
			for range 3 { // every verifier of a contract, but only the first one logs
				if _, err := core.NewVerifier(contract, core.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))); err != nil {
					t.Fatal(err)
				}
			}
			if lines := strings.Count(log.String(), "\n"); lines != len(c.want) {
				t.Errorf("%d lines for %d warnings: %s", lines, len(c.want), log.String())
			}
			for _, want := range c.want {
				if !strings.Contains(log.String(), want) || !strings.Contains(log.String(), "level=WARN") {
					t.Errorf("not logged: %s", want)
				}
			}
		})
	}
}

// with are secretRules with a change.
func with(change func(r *core.Rules)) core.Rules {
	rules := secretRules()
	change(&rules)
	return rules
}
