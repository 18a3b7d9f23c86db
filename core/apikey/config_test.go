package apikey_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
)

func TestMistakes(t *testing.T) {
	for _, prefix := range []string{"", "A", "1a", "a__b", "a_", "a-b", strings.Repeat("a", 33)} {
		_, err := apikey.New(apikey.Config{Prefix: prefix, Store: &apikey.Memory{}})
		if all := core.ConfigErrors(err); len(all) != 1 || all[0].Field != "Prefix" {
			t.Errorf("the prefix %q: %v", prefix, err)
		}
	}
	_, err := apikey.New(apikey.Config{MaxAge: 10, Timeout: -1, MaxEntries: -1})
	if n := len(core.ConfigErrors(err)); n != 5 {
		t.Errorf("%d mistakes:\n%v", n, err)
	}
	r := newRig(t)
	for name, spec := range map[string]apikey.Spec{
		"no owner": {}, "a negative lifetime": {Owner: "u", Lifetime: -1}, "a scope with a space": {
			Owner:  "u",
			Scopes: []string{"a b"},
		},
		"an owner with a newline": {Owner: "u\nadmin"},
	} {
		if _, _, err := r.Mint(t.Context(), spec); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
