package core

import (
	"slices"
	"strings"
)

// issuerCause compares the token's issuer with the nearest one that is accepted.
func (a *attempt) issuerCause(err *Error) string {
	iss := a.issuer
	if err.Code != CodeIssuerMismatch {
		return "the contract of issuer " + quoted(iss) + " cannot be found now: " + err.withoutCode()
	}
	if !a.hasIssuer {
		return "iss is missing: it is not a token of this issuer, or the issuer has to be configured to write it"
	}
	best, distance := "", -1
	for _, e := range a.verifier.engines {
		if says := e.issuerHint(&a.registered); says != "" {
			return "iss is " + quoted(iss) + says
		}
		for _, accepted := range append(slices.Clip(e.issuers), e.rules.IssuerTemplate) {
			if d := differingBytes(iss, accepted); accepted != "" && (distance < 0 || d < distance) {
				best, distance = accepted, d
			}
		}
	}
	if best == "" {
		return err.withoutCode()
	}
	host, bestHost := hostOf(iss), hostOf(best)
	switch is := "iss " + quoted(iss) + " "; {
	case strings.TrimRight(iss, "/") == strings.TrimRight(best, "/"):
		return is + "differs from the accepted " + quoted(best) + " only by a trailing slash"
	case strings.TrimSpace(iss) == best:
		return is + "differs from the accepted " + quoted(best) + " only by white space"
	case strings.EqualFold(iss, best):
		return is + "differs from the accepted " + quoted(best) + " only by the case of letters"
	case schemeless(iss) == schemeless(best):
		return is + "differs from the accepted " + quoted(best) + " only by its scheme"
	case isDevelopment(host) && !isDevelopment(bestHost):
		return is + "is a development instance, and the contract names " + quoted(best)
	case !isDevelopment(host) && isDevelopment(bestHost):
		return is + "is not the development instance " + quoted(best) + " that the contract names"
	case host == bestHost:
		return is + "is another tenant or path of the same host; the nearest accepted issuer is " + quoted(best)
	default:
		return is + "is another issuer; the nearest accepted one is " + quoted(best)
	}
}

func schemeless(issuer string) string {
	if _, rest, ok := strings.Cut(issuer, "://"); ok {
		return rest
	}
	return issuer
}

func hostOf(issuer string) string {
	host, _, _ := strings.Cut(schemeless(issuer), "/")
	return host
}

// isDevelopment reports whether a label of the host names a development instance.
func isDevelopment(host string) bool {
	host, _, _ = strings.Cut(host, ":")
	return slices.ContainsFunc(strings.FieldsFunc(host, func(r rune) bool {
		return r == '.' ||
			r == '-'
	}), func(label string) bool {
		return slices.Contains([]string{"dev", "development", "test", "staging", "sandbox", "localhost", "127"}, label)
	})
}

// differingBytes counts the bytes of a and b outside of their common beginning and end.
func differingBytes(a, b string) int {
	n, m := 0, 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for m < len(a)-n && m < len(b)-n && a[len(a)-1-m] == b[len(b)-1-m] {
		m++
	}
	return len(a) + len(b) - 2*(n+m)
}
