package policy_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
)

const trees = 1500

// forest grows random policies over leaves whose verdict about one session is
// known, and derives the verdict of each from Kleene's tables.
type forest struct {
	*rand.Rand
	leaves []tree
}

type tree struct {
	core.Policy
	want string
}

var errDown = errors.New("down")

func newForest(seed uint64) *forest {
	return &forest{rand.New(rand.NewPCG(seed, seed)), []tree{
		{policy.Scope("read"), holds},
		{policy.Role("member"), holds},
		{policy.FreshWithin(2 * time.Hour), holds},
		{foreign{}, holds},
		{policy.Scope("write"), fails},
		{policy.Role("admin"), fails},
		{policy.FreshWithin(time.Minute), fails},
		{policy.Claim("plan", "pro"), fails},
		{policy.Func("no", func(*core.Session) error { return core.CodeForbidden }), fails},
		{policy.Claim("missing"), undecided},
		{policy.ACR("gold"), undecided},
		{policy.MFA(), undecided},
		{policy.Func("down", func(*core.Session) error { return errDown }), undecided},
		{policy.Func("revoked", func(*core.Session) error { return core.CodeTokenRevoked }), undecided},
		{policy.Func("outage", func(*core.Session) error { return &core.Error{Code: core.CodeKeysUnavailable} }), undecided},
	}}
}

func session(tb testing.TB) *core.Session {
	tb.Helper()
	return verified(tb, claims{"scope": "read", "roles": []string{"member"}, "auth_time": at(-time.Hour), "plan": "free"})
}

func (f *forest) leaf() tree { return f.leaves[f.IntN(len(f.leaves))] }

func (f *forest) grow(depth int) tree {
	if depth == 0 || f.IntN(4) == 0 {
		return f.leaf()
	}
	switch f.IntN(4) {
	case 0:
		inner := f.grow(depth - 1)
		return tree{policy.Not(inner.Policy), negation(inner.want)}
	case 1:
		inner := f.grow(depth - 1) // a custom policy that calls one of this package
		return tree{policy.Func("wrapped", inner.Check), inner.want}
	case 2:
		parts := f.several(depth - 1)
		return tree{policy.All(policies(parts)...), strongest(parts, fails, holds)}
	default:
		parts := f.several(depth - 1)
		return tree{policy.Any(policies(parts)...), strongest(parts, holds, fails)}
	}
}

func (f *forest) several(depth int) []tree {
	parts := make([]tree, 1+f.IntN(4))
	for i := range parts {
		parts[i] = f.grow(depth)
	}
	return parts
}

func negation(v string) string {
	switch v {
	case holds:
		return fails
	case fails:
		return holds
	default:
		return v
	}
}

// strongest is decisive if a part is, else undecided if a part is, else rest.
func strongest(parts []tree, decisive, rest string) string {
	verdict := rest
	for _, p := range parts {
		switch p.want {
		case decisive:
			return decisive
		case undecided:
			verdict = undecided
		}
	}
	return verdict
}

func policies(parts []tree) []core.Policy {
	all := make([]core.Policy, len(parts))
	for i, p := range parts {
		all[i] = p.Policy
	}
	return all
}

func TestKleeneLogic(t *testing.T) {
	s, f := session(t), newForest(1)
	seen := map[string]int{}
	for range trees {
		p := f.grow(4)
		if got := verdictOf(s, p.Policy); got != p.want {
			t.Fatalf("%v is %s, want %s", p.Policy, got, p.want)
		}
		seen[p.want]++
	}
	for _, v := range []string{holds, fails, undecided} {
		if seen[v] < trees/20 {
			t.Errorf("only %d of %d trees are %q: the generator tells little", seen[v], trees, v)
		}
	}
}

func TestLaws(t *testing.T) {
	s, f := session(t), newForest(2)
	same := func(law string, a, b core.Policy) {
		t.Helper()
		if va, vb := verdictOf(s, a), verdictOf(s, b); va != vb {
			t.Fatalf("%s: %v is %s, %v is %s", law, a, va, b, vb)
		}
	}
	for range trees {
		parts := policies(f.several(3))
		negated := make([]core.Policy, len(parts))
		for i, p := range parts {
			negated[i] = policy.Not(p)
		}
		p, q, r := f.grow(3).Policy, f.grow(3).Policy, f.grow(2).Policy
		same("De Morgan", policy.Not(policy.All(parts...)), policy.Any(negated...))
		same("De Morgan", policy.Not(policy.Any(parts...)), policy.All(negated...))
		same("double negation", policy.Not(policy.Not(p)), p)
		same("idempotence", policy.All(p, p), p)
		same("idempotence", policy.Any(p, p), p)
		same("one part", policy.All(p), policy.Any(p))
		same("absorption", policy.All(p, policy.Any(p, q)), p)
		same("absorption", policy.Any(p, policy.All(p, q)), p)
		same("associativity", policy.All(p, policy.All(q, r)), policy.All(p, q, r))
		same("associativity", policy.Any(p, policy.Any(q, r)), policy.Any(p, q, r))
		same("distributivity", policy.All(p, policy.Any(q, r)), policy.Any(policy.All(p, q), policy.All(p, r)))
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	s, f := session(t), newForest(3)
	for range trees {
		parts := policies(f.several(2))
		for name, of := range map[string]func(...core.Policy) core.Policy{"All": policy.All, "Any": policy.Any} {
			before := of(parts...)
			verdict, code := verdictOf(s, before), core.CodeOf(before.Check(s))
			f.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			after := of(parts...)
			if v, c := verdictOf(s, after), core.CodeOf(after.Check(s)); v != verdict || c != code {
				t.Fatalf("%s: %v is %s %s, %v is %s %s", name, before, verdict, code, after, v, c)
			}
		}
	}
}

func TestNobodyPasses(t *testing.T) {
	f := newForest(4)
	always := func(*core.Session) error { return nil }
	check := func(p core.Policy) {
		t.Helper()
		for name, s := range map[string]*core.Session{"nil": nil, "zero": {}} {
			var refused *core.Error
			if err := p.Check(s); !errors.As(err, &refused) || refused.Code != core.CodeTokenMissing {
				t.Fatalf("%v lets a %s session pass: %v", p, name, err)
			}
		}
	}
	for range trees {
		p := f.grow(4).Policy
		if _, ours := p.(fmt.Stringer); ours {
			check(p)
		}
		check(policy.Not(p))
		check(policy.Any(p, policy.Func("always", always)))
	}
	for _, p := range []core.Policy{
		policy.AnyScope("a"), policy.AnyRole("a"), policy.Permission("a"), policy.AnyPermission("a"), policy.InOrganization(),
		policy.Kind(core.KindSession), policy.AAL(1), policy.Not(policy.Not(policy.Func("always", always))),
	} {
		check(p)
	}
}

// A policy stops at the first part that decides it.
func TestAskingEnds(t *testing.T) {
	s := session(t)
	asked := 0
	count := policy.Func("count", func(*core.Session) error { asked++; return nil })
	for name, tt := range map[string]struct {
		policy  core.Policy
		session *core.Session
		want    int
	}{
		"forbidden ends All":         {policy.All(policy.Role("admin"), count), s, 0},
		"a scope does not":           {policy.All(policy.Scope("write"), count), s, 1},
		"undecided does not":         {policy.All(policy.Claim("missing"), count), s, 1},
		"who holds ends Any":         {policy.Any(policy.Role("member"), count), s, 0},
		"who fails does not":         {policy.Any(policy.Role("admin"), count), s, 1},
		"nobody asks for nil":        {policy.Any(count), nil, 0},
		"each is asked at most once": {policy.All(count, count), s, 2},
	} {
		asked = 0
		err := tt.policy.Check(tt.session)
		if asked != tt.want {
			t.Errorf("%s: asked %d times, want %d (%v)", name, asked, tt.want, err)
		}
	}
}
