package core_test

import (
	"reflect"
	"runtime"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// Contracts that differ in their issuer keep one copy of the rest for as long as one of them is in use.
func TestContractsShareEqualRules(t *testing.T) {
	tenant := func(issuer string, change ...func(*core.Rules)) *core.Contract {
		return newContract(t, with(func(r *core.Rules) {
			r.Issuer = issuer
			r.Session.Roles = []core.ClaimRef{{Path: "roles"}}
			r.ClaimRules = []core.ClaimRule{{Claim: "tier", OneOf: []string{"gold"}}}
			r.FieldNames = map[string]string{"Audiences": "Audience"}
			for _, c := range change {
				c(r)
			}
		}))
	}
	first := tenant("https://one.example")
	runtime.GC()
	runtime.GC() // what only the table knew is gone now
	second := tenant("https://two.example")
	if !first.SharesRules(second) {
		t.Error("two contracts keep a copy each of the same rules")
	}
	other := tenant("https://three.example", func(r *core.Rules) {
		r.Session.Roles = []core.ClaimRef{{Path: "groups"}}
		r.ClaimRules[0].OneOf = []string{"silver"}
	})
	if other.SharesRules(first) {
		t.Error("different rules are shared")
	}
	if got := other.Rules(); got.Session.Roles[0].Path != "groups" || got.ClaimRules[0].OneOf[0] != "silver" {
		t.Errorf("the rules of another contract: %+v", got)
	}
	mine := first.Rules()
	mine.Session.Roles[0].Path, mine.ClaimRules[0].OneOf[0], mine.FieldNames["Audiences"] = "x", "x", "x"
	if reflect.DeepEqual(mine, second.Rules()) || second.Rules().ClaimRules[0].OneOf[0] != "gold" {
		t.Error("a caller's change of its copy reaches another contract")
	}
	runtime.KeepAlive(first)
}
