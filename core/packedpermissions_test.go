package core_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

func TestSessionFactorAges(t *testing.T) {
	m := core.Mapping{FactorAgesClaim: "fva"}
	for _, c := range []struct {
		fva           string
		first, second time.Duration
		ok            bool
	}{
		{`[5,-1]`, 5 * time.Minute, -time.Minute, true},
		{`[0,0]`, 0, 0, true},
		{`[99999,1]`, 99999 * time.Minute, time.Minute, true},
		{`[5]`, 0, 0, false},
		{`[5,1,1]`, 0, 0, false},
		{`[]`, 0, 0, false},
		{`[5,"1"]`, 0, 0, false},
		{`[5,null]`, 0, 0, false},
		{`[5,1.5]`, 0, 0, false},
		{`[-2,1]`, 0, 0, false},
		{`[5,9999999999]`, 0, 0, false},
		{`"5,1"`, 0, 0, false},
		{`{"0":5,"1":1}`, 0, 0, false},
		{`null`, 0, 0, false},
	} {
		first, second, ok := session(t, m, map[string]any{"fva": json.RawMessage(c.fva)}).FactorAges()
		if first != c.first || second != c.second || ok != c.ok {
			t.Errorf("%s: %v %v %v", c.fva, first, second, ok)
		}
	}
	if _, _, ok := session(t, m, nil).FactorAges(); ok {
		t.Error("ages without a claim")
	}
	if _, _, ok := session(t, core.Mapping{}, map[string]any{"fva": []int{1, 1}}).FactorAges(); ok {
		t.Error("ages without a mapping")
	}
}

// Clerk's session tokens of version 2 (/docs/guides/sessions/session-tokens). Where
// Clerk's SDKs disagree, only what both grant is granted.
func TestSessionPermissionBits(t *testing.T) {
	m := core.Mapping{PackedPermissions: &core.PackedPermissions{
		Features: "fea", Permissions: "o.per", Masks: "o.fpm", OrganizationScope: "o", Prefix: "org:",
	}}
	many := strings.Repeat("o:f,", 300)
	bit := func(n int) string { return strings.Repeat("x,", n-1) + "x" }
	cases := []struct {
		name, fea, per, fpm string
		want                []string
	}{
		{"the worked example", "o:dashboard,o:teams", "manage,read", "3,2", []string{
			"org:dashboard:manage", "org:dashboard:read", "org:teams:read",
		}},
		{"one bit", "o:a", "x,y,z", "4", []string{"org:a:z"}},
		{"no bit", "o:a", "x", "0", nil},
		{"both scopes in one", "uo:a,ou:b", "x", "1,1", []string{"org:a:x", "org:b:x"}},
		{"a user's feature in front: the readings differ", "u:a,o:b", "x", "1", nil},
		{"a user's feature in front: only the other reading grants", "u:a,o:b", "x", "0,1", nil},
		{"a user's feature in front: both grant", "u:a,o:b", "x,y", "3,2", []string{"org:b:y"}},
		{"a user's feature behind", "o:b,u:a", "x", "1", []string{"org:b:x"}},
		{
			"the JavaScript SDK's test data",
			"o:reservations,u:dashboard,uo:support-chat,o:impersonation",
			"read,manage",
			"2,3",
			[]string{"org:reservations:manage"},
		},
		{"a bit beyond the permissions", "o:a,o:b", "x,y", "4,1", []string{"org:b:x"}},
		{"a bit beyond beside good ones", "o:a", "x,y", "7", nil},
		{"63 bits", "o:a", bit(63), "9223372036854775807", []string{"org:a:x"}},
		{"64 bits do not fit an integer", "o:a", bit(64), "9223372036854775808", nil},
		{"80 digits", "o:a", bit(200), strings.Repeat("9", 80), nil},
		{"a thousand digits", "o:a", "x", strings.Repeat("0", 999) + "1", []string{"org:a:x"}},
		{"leading zeros", "o:a", "x", "01", []string{"org:a:x"}},
		{"negative", "o:a", "x", "-1", nil},
		{"a sign", "o:a", "x", "+1", nil},
		{"hexadecimal", "o:a", "x", "0x1", nil},
		{"a fraction", "o:a", "x", "1.0", nil},
		{"another script's digits", "o:a", "x", "١", nil},
		{"no number keeps its place", "o:a,o:b", "x", "q,1", []string{"org:b:x"}},
		{"an empty mask keeps its place", "o:a,o:b", "x", ",1", []string{"org:b:x"}},
		{"padded masks", "o:a,o:b", "x", "1, 1", []string{"org:a:x"}},
		{"padded permissions", "o:a", "x, y", "3", []string{"org:a:x"}},
		{"an empty permission keeps its place", "o:a", ",y", "3", []string{"org:a:y"}},
		{"a padded feature", "o:a ,o:b", "x", "1,1", []string{"org:b:x"}},
		{"an empty feature", "o:,o:b", "x", "1,1", []string{"org:b:x"}},
		{"a second colon", "o:a:b,o:c", "x", "1,1", []string{"org:c:x"}},
		{"no colon", "a,o:b", "x", "1", nil},
		{"fewer masks than features", "o:a,o:b", "x", "1", []string{"org:a:x"}},
		{"more masks than features", "o:a", "x", "1,1", []string{"org:a:x"}},
		{"300 features", many + "o:g", "x", strings.Repeat("1,", 300) + "1", nil},
		{"300 features, of which the first has a mask", "o:a," + many + "o:g", "x", "1", nil},
		{"300 permissions", "o:a", bit(300), "1", nil},
		{"nothing", "", "", "", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := session(t, m, map[string]any{"fea": c.fea, "o": map[string]any{"per": c.per, "fpm": c.fpm}})
			if got := s.Permissions(); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	s := session(t, m, map[string]any{
		"fea":         []string{"o:a"},
		"o":           map[string]any{"per": 7, "fpm": 1},
		"permissions": []string{"p"},
	})
	if got := s.Permissions(); !slices.Equal(got, []string{"p"}) {
		t.Errorf("wrong types: %q", got)
	}
}
