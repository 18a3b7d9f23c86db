package policy

import (
	"slices"
	"strconv"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// FreshWithin holds if the user last signed in, or confirmed their identity, at
// most d ago by the verifier's clock. It reads auth_time (OpenID Connect Core §2)
// or, without it, the provider's factor ages (Clerk's fva), of which the more
// recent one counts; for Clerk's levels see clerk.Has. It is undecided without
// either, and if the time is later than both now and iat.
//
// It fails with core.CodeReauthenticationRequired and MaxAge d. It panics if d
// is less than a second, the unit of max_age (RFC 9470 §3).
func FreshWithin(d time.Duration) core.Policy {
	if d < time.Second {
		panic("policy: FreshWithin: " + d.String() + " must be at least 1s: max_age counts whole seconds")
	}
	about, a := Description{Kind: "FreshWithin", MaxAge: d}, asks{maxAge: d}
	text := about.String()
	return &term{text: text, about: about, asks: a, judge: func(s *core.Session) *refusal {
		age, ok := signInAge(s)
		switch {
		case !ok:
			return lacks(core.CodeReauthenticationRequired, a, text, "auth_time")
		case age > d:
			return weak(a, text, "auth_time", "the last sign-in was "+age.Round(time.Second).String()+" ago")
		}
		return nil
	}}
}

// signInAge returns how long ago a factor was last verified, and false if the
// session does not have that information.
func signInAge(s *core.Session) (time.Duration, bool) {
	if at := s.AuthTime(); !at.IsZero() {
		age := s.Since(at)
		// The issuer's clock may be ahead within the leeway that iat was
		// granted; an auth_time after that is nonsense.
		if age < 0 && at.After(s.IssuedAt()) {
			return 0, false
		}
		return max(age, 0), true
	}
	first, second, ok := s.FactorAges()
	if !ok || first < 0 && second < 0 || s.IssuedAt().IsZero() {
		return 0, false
	}
	age := first
	if age < 0 || second >= 0 && second < first {
		age = second
	}
	return age + max(s.Since(s.IssuedAt()), 0), true // the ages are those at iat
}

// ACR holds if the authentication context class is one of the values (OpenID
// Connect Core §2). Classes have no known order: list every acceptable one, the
// preferred one first. Without acr it is undecided. It fails with
// core.CodeReauthenticationRequired. It panics without values and on an empty
// value.
func ACR(values ...string) core.Policy {
	values = names("ACR", "value", values)
	about, a := Description{Kind: "ACR", Values: values}, asks{acr: values}
	text := about.String()
	return &term{text: text, about: about, asks: a, judge: func(s *core.Session) *refusal {
		switch acr := s.ACR(); {
		case acr == "":
			return lacks(core.CodeReauthenticationRequired, a, text, "acr")
		case !slices.Contains(values, acr):
			return weak(a, text, "acr", "the sign-in had another class")
		}
		return nil
	}}
}

// AAL holds if the authenticator assurance level (NIST SP 800-63B) is at least
// minimum, 1 to 3, as Supabase and Ory write it: "aal1", "aal2", "aal3".
// Without a level, or with one that is written differently, it is undecided. It
// fails with core.CodeReauthenticationRequired. It panics if minimum is not 1, 2
// or 3.
func AAL(minimum int) core.Policy {
	if minimum < 1 || minimum > 3 {
		panic("policy: AAL: " + strconv.Itoa(minimum) + " is not an assurance level: use 1, 2 or 3")
	}
	about := Description{Kind: "AAL", Level: minimum}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		switch level := levelOf(s.AAL()); {
		case level == 0:
			return lacks(core.CodeReauthenticationRequired, asks{}, text, "aal")
		case level < minimum:
			return weak(asks{}, text, "aal", "the sign-in had level "+strconv.Itoa(level))
		}
		return nil
	}}
}

func levelOf(aal string) int {
	return 1 + slices.Index([]string{"aal1", "aal2", "aal3"}, aal) // 0 for another word
}

// MFA holds if the user signed in with more than one factor. The first of these
// that the session has decides:
//
//   - the assurance level: "aal2" and "aal3" hold, "aal1" fails,
//   - the provider's factor ages (Clerk's fva): both factors were verified,
//   - amr (RFC 8176): it contains "mfa", or methods of two of the kinds knowledge
//     (kba, pin, pwd), possession (hwk, otp, pop, sc, sms, swk, tel) and
//     inherence (face, fpt, iris, retina, vbm). Methods of one kind
//     are one factor, even a code by mail or a hardware key, and so is "mca".
//
// Without any of them it is undecided. It fails with
// core.CodeReauthenticationRequired.
func MFA() core.Policy {
	const text = "MFA()"
	return &term{text: text, about: Description{Kind: "MFA"}, judge: func(s *core.Session) *refusal {
		multi, ok := multiFactor(s)
		switch {
		case !ok:
			return lacks(core.CodeReauthenticationRequired, asks{}, text, "amr")
		case !multi:
			return weak(asks{}, text, "amr", "the sign-in used one factor")
		}
		return nil
	}}
}

func multiFactor(s *core.Session) (multi, ok bool) {
	if level := levelOf(s.AAL()); level > 0 {
		return level > 1, true
	}
	if first, second, ok := s.FactorAges(); ok {
		return first >= 0 && second >= 0, true
	}
	methods := s.AuthMethods()
	kinds := map[string]bool{}
	for _, m := range methods {
		switch m {
		case "mfa":
			return true, true
		case "kba", "pin", "pwd":
			kinds["knowledge"] = true
		case "hwk", "otp", "pop", "sc", "sms", "swk", "tel":
			kinds["possession"] = true
		case "face", "fpt", "iris", "retina", "vbm":
			kinds["inherence"] = true
		}
	}
	return len(kinds) > 1, len(methods) > 0
}

func weak(a asks, text, claim, why string) *refusal {
	return &refusal{
		verdict: fails, code: core.CodeReauthenticationRequired, asks: a, claim: claim,
		reasons: []string{text + ": " + why},
	}
}
