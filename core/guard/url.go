package guard

import (
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// checkURL requires an https URL without credentials, query and fragment; a
// loopback host may be http. It never repeats the URL's credentials in its error.
func checkURL(field, raw string, f *faults) {
	u, err := url.Parse(raw)
	if err != nil || raw == "" || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' }) {
		f.add(field, "", "is not a URL: write https://host/path")
		return
	}
	shown := *u
	shown.User, shown.RawQuery, shown.Fragment = nil, "", ""
	value := quoted(shown.String())
	switch {
	case u.User != nil:
		f.add(field, value, "holds credentials: remove the part before @")
	case u.Host == "" || u.Opaque != "":
		f.add(field, value, "has no host: write https://host/path")
	case netaddr.CheckHost(u.Hostname()) != nil:
		f.add(field, value, "%v", netaddr.CheckHost(u.Hostname()))
	case u.Scheme == "http" && !netaddr.Loopback(u.Hostname()):
		f.add(field, value, "must be https: plain http is for loopback only")
	case u.Scheme != "https" && u.Scheme != "http":
		f.add(field, value, "must be https")
	}
	if u.RawQuery != "" || u.ForceQuery {
		f.add(field, value, "must not have a query")
	}
	if u.Fragment != "" || strings.HasSuffix(raw, "#") {
		f.add(field, value, "must not have a fragment")
	}
}
