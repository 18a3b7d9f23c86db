package policy_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
)

// described is a policy of another package that describes itself.
type described struct{ core.Policy }

func (described) Describe() policy.Description {
	return policy.Description{Kind: "All", Parts: []policy.Description{{Kind: "Scope", Values: []string{"x"}}}}
}

type undescribed struct{ core.Policy }

func (undescribed) String() string { return "owner of the project" }

func TestDescribe(t *testing.T) {
	allow := func(*core.Session) error { return nil }
	cases := []struct {
		policy core.Policy
		want   string // JSON
		sets   [][]string
		scopes []string
	}{
		{policy.Scope("a", "b"), `{"kind":"Scope","values":["a","b"]}`, [][]string{{"a", "b"}}, []string{"a", "b"}},
		{policy.AnyScope("a", "b"), `{"kind":"AnyScope","values":["a","b"]}`, [][]string{{"a"}, {"b"}}, []string{"a"}},
		{policy.Role("r"), `{"kind":"Role","values":["r"]}`, [][]string{{}}, nil},
		{policy.AnyRole("r", "s"), `{"kind":"AnyRole","values":["r","s"]}`, [][]string{{}}, nil},
		{policy.Permission("p"), `{"kind":"Permission","values":["p"]}`, [][]string{{}}, nil},
		{policy.AnyPermission("p"), `{"kind":"AnyPermission","values":["p"]}`, [][]string{{}}, nil},
		{policy.InOrganization(), `{"kind":"InOrganization"}`, [][]string{{}}, nil},
		{policy.InOrganization("o"), `{"kind":"InOrganization","values":["o"]}`, [][]string{{}}, nil},
		{policy.Kind(core.KindAccess), `{"kind":"Kind","values":["access"]}`, [][]string{{}}, nil},
		{policy.Claim("plan", "pro"), `{"kind":"Claim","values":["pro"],"claim":"plan"}`, [][]string{{}}, nil},
		{policy.FreshWithin(time.Minute), `{"kind":"FreshWithin","maxAge":60000000000}`, [][]string{{}}, nil},
		{policy.ACR("gold"), `{"kind":"ACR","values":["gold"]}`, [][]string{{}}, nil},
		{policy.AAL(2), `{"kind":"AAL","level":2}`, [][]string{{}}, nil},
		{policy.MFA(), `{"kind":"MFA"}`, [][]string{{}}, nil},
		{policy.Func("own", allow), `{"kind":"Func","values":["own"]}`, [][]string{{}}, nil},
		{undescribed{policy.MFA()}, `{"kind":"Custom","values":["owner of the project"]}`, [][]string{{}}, nil},
		{
			described{policy.MFA()},
			`{"kind":"All","parts":[{"kind":"Scope","values":["x"]}]}`,
			[][]string{{"x"}},
			[]string{"x"},
		},
		{
			policy.All(policy.Scope("a", "b"), policy.AnyScope("b", "c"), policy.Role("r")),
			`{"kind":"All","parts":[{"kind":"Scope","values":["a","b"]},{"kind":"AnyScope","values":["b","c"]},` +
				`{"kind":"Role","values":["r"]}]}`,
			[][]string{{"a", "b"}, {"a", "b", "c"}},
			[]string{"a", "b"},
		},
		{
			policy.Any(policy.Role("r"), policy.Scope("a"), policy.Scope("a")),
			`{"kind":"Any","parts":[{"kind":"Role","values":["r"]},{"kind":"Scope","values":["a"]},` +
				`{"kind":"Scope","values":["a"]}]}`,
			[][]string{{}, {"a"}},
			nil,
		},
		{
			policy.Not(policy.Scope("a")),
			`{"kind":"Not","parts":[{"kind":"Scope","values":["a"]}]}`,
			[][]string{{}},
			nil,
		},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.policy), func(t *testing.T) {
			d := policy.Describe(c.policy)
			if got, err := json.Marshal(d); err != nil || string(got) != c.want {
				t.Errorf("got %s, %v", got, err)
			}
			if got := d.ScopeSets(); !reflect.DeepEqual(got, c.sets) {
				t.Errorf("scope sets: %v", got)
			}
			if got := d.Scopes(); !slices.Equal(got, c.scopes) {
				t.Errorf("scopes: %v", got)
			}
			if _, custom := c.policy.(described); !custom && d.String() != fmt.Sprint(c.policy) {
				t.Errorf("the description prints as %s, the policy as %s", d, c.policy)
			}
		})
	}
}

func TestDescriptionIsACopy(t *testing.T) {
	p := policy.All(policy.Scope("a"), policy.Any(policy.Scope("b"), policy.Scope("c")))
	d := policy.Describe(p)
	d.Walk(func(part policy.Description) {
		for i := range part.Values {
			part.Values[i] = "changed"
		}
	})
	d.Parts[1].Parts[0].Kind = "changed"
	d.ScopeSets()[0][0] = "changed"
	if got := policy.Describe(p).String(); got != `All(Scope("a"), Any(Scope("b"), Scope("c")))` {
		t.Errorf("the policy was changed through its description: %s", got)
	}
}

// TestScopeSetsAreBounded has 2³⁰ alternatives.
func TestScopeSetsAreBounded(t *testing.T) {
	parts := []core.Policy{policy.Scope("base")}
	for i := range 30 {
		parts = append(parts, policy.AnyScope(fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)))
	}
	sets := policy.Describe(policy.All(parts...)).ScopeSets()
	for _, set := range sets {
		if len(sets) > 64 || !slices.Contains(set, "base") {
			t.Fatalf("%d sets, one of them %s", len(sets), strings.Join(set, " "))
		}
	}
}

func TestDescribeNil(t *testing.T) {
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "Describe: the policy is nil") {
			t.Errorf("a nil policy: %v", p)
		}
	}()
	policy.Describe(nil)
}
