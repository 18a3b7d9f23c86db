package clerk_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func TestHasDescribesItself(t *testing.T) {
	check := clerk.Has(clerk.Check{
		Role: "org:admin", Plan: "o:pro",
		Reverification: clerk.StrictMFA(),
	})
	want := policy.Description{Kind: "All", Parts: []policy.Description{
		{Kind: "Has", Parts: []policy.Description{
			{Kind: "Role", Values: []string{"org:admin"}},
			{Kind: "Plan", Values: []string{"o:pro"}},
			{Kind: "Reverification", Values: []string{"multi_factor"}, MaxAge: 10 * time.Minute},
		}},
		{Kind: "Scope", Values: []string{"a"}},
	}}
	got := policy.Describe(policy.All(check, policy.Scope("a")))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if sets := got.ScopeSets(); !reflect.DeepEqual(sets, [][]string{{"a"}}) {
		t.Errorf("scopes: %v", sets)
	}
}
