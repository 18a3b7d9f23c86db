package core

import (
	"context"
	"encoding/json"
	"strings"
)

// Report explains how a verifier judges a token. It shows the token's claims,
// which may be personal data, and never its signature, a secret or key material.
// String returns it as text for a terminal or a log.
type Report struct {
	// Accepted says that the verifier accepts the token. A report is not a
	// session: do not grant access because of it.
	Accepted bool `json:"accepted"`
	// Code is the code of the first step that fails, as [Verifier.Verify] returns
	// it. Status is the HTTP status that a guard answers with, 200 for an accepted
	// token.
	Code   Code `json:"code,omitempty"`
	Status int  `json:"status"`
	// Provider and Issuer describe the contract that judged the token; "" if none
	// was chosen.
	Provider string `json:"provider,omitempty"`
	Issuer   string `json:"issuer,omitempty"`
	// Hints name what may be the cause and what to do, the likeliest first.
	Hints []string `json:"hints,omitempty"`
	// Steps are all steps of a verification, in order.
	Steps []ReportStep `json:"steps"`
	// Claims is the claims set, nil if the token cannot be read.
	Claims json.RawMessage `json:"claims,omitempty"`
}

// ReportStep is one step of a [Report].
type ReportStep struct {
	Name string `json:"name"`
	// Result is "pass", "fail", or "not reached" if the step depends on an
	// earlier one that failed.
	Result string `json:"result"`
	// Code and Detail are those of the error, for a step that fails.
	Code   Code   `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Expected and Found are what the step compared.
	Expected string `json:"expected,omitempty"`
	Found    string `json:"found,omitempty"`
}

const (
	resultPass       = "pass"
	resultFail       = "fail"
	resultNotReached = "not reached"
)

// Explain runs the steps of [Verifier.Verify] and reports all of them, including
// those after the first failure if they can be checked. It is for tools and people
// who want to know why a token is refused: it makes no session, does not fill the
// cache of tokens, and reports nothing to observers and logs except a fetch of
// keys that it had to make. A token of an unknown issuer causes no fetch.
func (v *Verifier) Explain(ctx context.Context, token string) Report {
	if !v.valid() {
		const code = CodeUnknownError
		return Report{
			Code:   code,
			Status: code.Status(),
			Hints:  []string{"the verifier is nil or zero: make it with NewVerifier"},
		}
	}
	ctx = context.WithValue(ctx, explainKey{}, true)
	a := &attempt{verifier: v, raw: token}
	errs := make([]*Error, stepsEnd)
	r := Report{Accepted: true, Status: CodeOf(nil).Status()}
	for s := range stepsEnd {
		step := ReportStep{Name: s.String(), Result: resultNotReached}
		if a.canJudge(s, errs) {
			step.Result = resultPass
			errs[s] = a.take(ctx, s, nil)
			step.Expected, step.Found = a.comparison(s)
		}
		if err := errs[s]; err != nil {
			step.Result, step.Code, step.Detail = resultFail, err.Code, err.withoutCode()
			if r.Accepted {
				r.Accepted, r.Code, r.Status = false, err.Code, err.Code.Status()
			}
		}
		r.Steps = append(r.Steps, step)
	}
	if a.engine != nil {
		r.Provider, r.Issuer = a.engine.rules.Provider, a.engine.expectedIssuers()
	}
	r.Claims = json.RawMessage(a.token.Payload)
	for s, err := range errs {
		if err != nil {
			r.Hints = append(r.Hints, a.hintFor(step(s), err))
		}
	}
	return r
}

// canJudge reports whether the earlier steps have established everything that s looks at.
func (a *attempt) canJudge(s step, errs []*Error) bool {
	switch {
	case errs[stepSize] != nil || errs[stepFormat] != nil:
		return false
	case s > stepIssuer && a.engine == nil:
		return false
	case s == stepContract:
		return errs[stepAlgorithm] == nil
	case s == stepKey || s == stepSignature:
		for _, earlier := range errs[:s] {
			if earlier != nil {
				return false
			}
		}
	}
	return true
}

// comparison returns what a step that was taken expected and found.
func (a *attempt) comparison(s step) (expected, found string) {
	switch s {
	case stepSize:
		return "at most " + itoa(a.verifier.maxBytes) + " bytes", itoa(len(a.raw)) + " bytes"
	case stepFormat:
		return "3 segments", itoa(strings.Count(a.raw, ".")+1) + " segments"
	case stepAlgorithm:
		return a.verifier.algorithms(), quoted(a.token.Header.Alg)
	case stepIssuer:
		var all []string
		for _, e := range a.verifier.engines {
			all = append(all, e.expectedIssuers())
		}
		return strings.Join(all, " or "), a.shownClaim("iss")
	case stepContract:
		return strings.Join(a.engine.rules.Algorithms, " or "), quoted(a.token.Header.Alg)
	case stepKey:
		return a.knownKeys(), "kid " + quoted(a.token.Header.Kid)
	case stepTime:
		found := "exp " + a.shownDate("exp") + ", nbf " + a.shownDate("nbf") + ", iat " + a.shownDate("iat")
		return "it is " + stamp(a.now), found
	case stepAudience:
		return strings.Join(a.engine.rules.Audiences, " or "), a.shownClaim("aud")
	case stepParty:
		return strings.Join(a.engine.rules.AuthorizedParties, " or "), a.shownClaim("azp")
	case stepType:
		return strings.Join(a.engine.rules.TokenTypes, " or "), quoted(a.token.Header.Typ)
	case stepBinding:
		if _, bound := a.token.Claims.Lookup("cnf"); !bound {
			return a.engine.confirms.String(), "the token is not bound to a key"
		}
		return a.engine.confirms.String(), a.shownClaim("cnf")
	case stepUserID:
		return a.engine.rules.UserIDClaim, quoted(a.userID)
	default:
		return "", ""
	}
}

// String returns the report as text, one line for each step and hint.
func (r Report) String() string {
	var b strings.Builder
	if r.Accepted {
		b.WriteString("accepted")
	} else {
		b.WriteString("refused: " + string(r.Code) + ", status " + itoa(r.Status))
	}
	if r.Provider != "" {
		b.WriteString(" (contract " + r.Provider + " " + quoted(r.Issuer) + ")")
	}
	b.WriteByte('\n')
	for _, hint := range r.Hints {
		b.WriteString("  hint: " + hint + "\n")
	}
	for _, s := range r.Steps {
		b.WriteString("  " + s.Result + strings.Repeat(" ", len(resultNotReached)-len(s.Result)) + "  " + s.Name)
		switch {
		case s.Detail != "":
			b.WriteString(": " + s.Detail)
		case s.Found != "" && s.Result == resultPass:
			b.WriteString(": " + s.Found)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
