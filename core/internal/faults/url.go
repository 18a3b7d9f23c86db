package faults

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// URLRules are the rules that differ between fields that hold a URL.
type URLRules struct {
	InsecureHTTP bool // http is accepted for every host, not for loopback only
	Query        bool // a query is accepted
	Issuer       bool // the URL must be an issuer, not a page or a document
	IssuerHost   bool // the host must be an issuer's, not that of a page
}

// URL adds what is wrong with a URL, and reports whether nothing is. Keys and
// metadata are fetched from such URLs and issuers are compared with them, so each
// must name one host over an authenticated channel. No error repeats credentials
// or a query.
func (l *List[E, P]) URL(field, raw string, rules URLRules) (ok bool) {
	before := len(l.all)
	l.checkURL(field, raw, rules)
	return len(l.all) == before
}

func (l *List[E, P]) checkURL(field, raw string, rules URLRules) {
	u, err := url.Parse(raw)
	if l.Unexpanded(field, raw) {
		return
	}
	if err != nil || !Printable(raw) {
		bare := withoutUserInfo(raw) // before the cut: a password may hold a question mark
		if i := strings.IndexAny(bare, "?#"); i >= 0 {
			bare = bare[:i]
		}
		l.Invalid(field, Show(bare), "is not a URL: write https://host/path")
		return
	}
	shown := *u
	shown.User, shown.RawQuery, shown.Fragment = nil, "", ""
	l.authority(field, Show(shown.String()), u, rules)
	if !rules.Query && (u.RawQuery != "" || u.ForceQuery) {
		l.Invalid(field, Show(shown.String()), "must not have a query")
	}
	if u.Fragment != "" || strings.HasSuffix(raw, "#") {
		l.Invalid(field, Show(shown.String()), "must not have a fragment")
	}
}

func (l *List[E, P]) authority(field string, value Shown, u *url.URL, rules URLRules) {
	host := u.Hostname()
	switch {
	case u.User != nil:
		l.Prohibit(field, value, "holds credentials: remove the part before @")
	case u.Host == "" || u.Opaque != "":
		l.Invalid(field, value, "has no host: write https://host/path")
	case netaddr.CheckHost(host) != nil:
		l.Invalid(field, value, "%v", netaddr.CheckHost(host))
	case u.Scheme == "http" && !rules.InsecureHTTP && !netaddr.Loopback(host):
		// An attacker on the network path could answer in the place of the host.
		l.Prohibit(field, value, "must be https: plain http is for loopback only")
	case u.Scheme != "https" && u.Scheme != "http":
		l.Invalid(field, value, "must be https")
	case rules.Issuer && notIssuer(u) != "":
		l.Invalid(field, value, "%s", notIssuer(u))
	case rules.IssuerHost && notIssuerHost(u) != "":
		l.Invalid(field, value, "%s", notIssuerHost(u))
	}
}

var placeholder = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// Unexpanded notes a ${VARIABLE} that a template engine should have replaced,
// and reports whether there is one: compared literally it matches no token.
func (l *List[E, P]) Unexpanded(field, value string) bool {
	found := placeholder.FindString(value)
	if found != "" {
		l.Invalid(field, Show(found), "was not replaced by a value: expand variables before the configuration is read")
	}
	return found != ""
}

// Printable reports whether s is printable ASCII without spaces and at most 2048
// bytes long: control characters would get into logs and headers.
func Printable(s string) bool {
	const most = 2048
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
