package faults_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// TestNamesAreChosenWithTheMistake: only what was written as a field is one, not
// the same word in a value or in the sentence.
func TestNamesAreChosenWithTheMistake(t *testing.T) {
	l := list{Names: faults.Names{
		"Audiences": "Audience",
		"Issuer":    "Domain",
		"Issuers[]": "Domain",
		"Roles[0]":  "RolesClaim",
	}}
	l.Conflict("Audiences[1]", faults.Show("Issuer"),
		"the Issuer's {Issuer}, 100%% not {Leeway} or {tid}: %s, %d", "{Issuer}", 2)
	l.Missing("Issuers[3]", "is empty")
	l.Missing("Roles[0]", "is empty")
	l.Missing("Issuer, Audiences", "are both there")
	var got []core.ConfigError
	for _, e := range core.ConfigErrors(l.Err()) {
		got = append(got, *e)
	}
	want := []core.ConfigError{
		{
			Field:   "Audience[1]",
			Value:   `"Issuer"`,
			Kind:    "conflicting",
			Reason:  "the Issuer's Domain, 100% not Leeway or {tid}: {Issuer}, 2",
			Related: []string{"Domain", "Leeway"},
		},
		{Field: "Domain", Kind: "missing", Reason: "is empty"},
		{Field: "RolesClaim", Kind: "missing", Reason: "is empty"},
		{Field: "Domain, Audience", Kind: "missing", Reason: "are both there"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestAppendAs: a mistake is named as the document names it, in the list that
// takes it over and not in the one that it comes from.
func TestAppendAs(t *testing.T) {
	var from list
	from.Conflict("SigningSecret", "", "SigningSecretEnv or {SigningSecretEnv}: keep {SigningSecret}")
	from.Append(&core.ConfigError{Field: "Domain", Reason: "is not Domain", Related: []string{"Domain"}})
	var to list
	to.AppendAs(fmt.Errorf("in a file: %w", from.Err()), faults.Names{
		"SigningSecret":    "secret",
		"SigningSecretEnv": "secretEnv",
		"Domain":           "domain",
	})
	const want = "auth: secret: SigningSecretEnv or secretEnv: keep secret\nauth: domain: is not Domain"
	if got := to.Err().Error(); got[:min(len(got), len(want))] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if e := core.ConfigErrors(from.Err())[0]; e.Field != "SigningSecret" || e.Related[0] != "SigningSecretEnv" {
		t.Errorf("the mistake that was copied is now %v", e)
	}
	var twice list
	twice.AppendAs(to.Err(), faults.Names{"secretEnv": "contracts[0].secretEnv"})
	if got := core.ConfigErrors(twice.Err())[0].Reason; got != "SigningSecretEnv or contracts[0].secretEnv: keep secret" {
		t.Errorf("the second renaming made %q", got)
	}

	plain := errors.New("plain")
	var other list
	other.AppendAs(plain, nil)
	if !errors.Is(other.Err(), plain) {
		t.Errorf("an error that is not a mistake became %v", other.Err())
	}
}

func TestRemedies(t *testing.T) {
	for _, c := range []struct {
		names faults.Names
		want  string
	}{
		{nil, "set A, or B, or remove C"},
		{faults.Names{"A": "X"}, "set X, or B, or remove C"},
		{faults.Names{"B": ""}, "set A, or remove C"},
		{faults.Names{"A": "", "B": "", "C": ""}, ""},
	} {
		if got := faults.Remedies(c.names, "set {A}", "set {B}", "remove {C}"); got != c.want {
			t.Errorf("%v: %q, not %q", c.names, got, c.want)
		}
	}
}
