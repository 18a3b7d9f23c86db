package adaptertest

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// way is a place in which a request may carry a token.
type way struct {
	name       string
	extractors []guard.Extractor // nil for the default
	method     string
	put        func(tokens ...string) (target string, fields []Field)
}

func (w way) mode() Mode {
	if w.extractors == nil {
		return Mode{}
	}
	return Mode{Options: options(guard.Extractors(w.extractors...))}
}

// ways are all of them. Each puts any number of tokens where one may stand.
func ways() []way {
	lines := func(name string, format func(token string) string) func(...string) (string, []Field) {
		return func(tokens ...string) (string, []Field) {
			var fields []Field
			for _, token := range tokens {
				fields = append(fields, Field{name, format(token)})
			}
			return "", fields
		}
	}
	prefix := func(text string) func(string) string { return func(token string) string { return text + token } }
	cookieLine := lines("Cookie", prefix("__session="))
	return []way{
		{name: "bearer", put: lines("Authorization", prefix("Bearer "))},
		{
			name: "cookie", extractors: []guard.Extractor{guard.Cookie("__session")}, method: http.MethodPost,
			put: func(tokens ...string) (string, []Field) {
				_, fields := cookieLine(tokens...)
				return "", append(fields, Field{"Sec-Fetch-Site", "same-origin"})
			},
		},
		{
			name: "subprotocol", extractors: []guard.Extractor{guard.WebSocketProtocol("auth.bearer")},
			put: lines("Sec-WebSocket-Protocol", prefix("chat, auth.bearer, ")),
		},
		{
			name: "parameter", extractors: []guard.Extractor{guard.InsecureQuery("access_token")},
			put: func(tokens ...string) (string, []Field) {
				return PathPrivate + "?x=1&" + strings.Join(apply(tokens, prefix("access_token=")), "&"), nil
			},
		},
		{
			name:       "header",
			extractors: []guard.Extractor{guard.Header("Cf-Access-Jwt-Assertion")},
			put:        lines("Cf-Access-Jwt-Assertion", prefix("")),
		},
		{
			name:       "function",
			extractors: []guard.Extractor{guard.ExtractorFunc(ownScheme)},
			put:        lines("Authorization", prefix("Token ")),
		},
		{
			name: "chain", extractors: []guard.Extractor{
				guard.Bearer(), guard.Cookie("__session"), guard.InsecureQuery("access_token"),
			},
			put: func(tokens ...string) (string, []Field) { // in the last places first, where it is found last
				target, fields := PathPrivate+"?x=1", []Field(nil)
				if len(tokens) > 0 {
					target += "&access_token=" + tokens[0]
				}
				if len(tokens) > 1 {
					_, fields = cookieLine(tokens[1:]...)
				}
				return target, fields
			},
		},
	}
}

func apply(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

// ownScheme is an extractor that a program might write. Its error is of no type
// that core knows.
func ownScheme(r guard.Request) (string, error) {
	values := r.Header("Authorization")
	if len(values) > 1 {
		return "", errors.New("several credentials")
	}
	for _, value := range values {
		if token, ok := strings.CutPrefix(value, "Token "); ok {
			return url.QueryUnescape(token)
		}
	}
	return "", nil
}

// fault is what is wrong with the credentials, or with the world.
type fault struct {
	name, why string
	tokens    []string
	mode      Mode
	want      Want
}

func faults() []fault {
	one := func(name string) []string { return []string{"{" + name + "}"} }
	const bad = "credentials that are there and bad are refused, wherever they stand"
	return []fault{
		{"good token", "a good token lets its user in, wherever it stands", one("session"), Mode{}, passes("user_1")},
		{"nothing", "without credentials there is nothing wrong with them", nil, Mode{}, missing()},
		{
			"two tokens",
			"two different credentials in one request are refused (RFC 6750 §2)",
			[]string{"{session}", "{other}"},
			Mode{},
			malformed(),
		},
		{"malformed token", bad, []string{"not.a.token"}, Mode{}, refused(core.CodeInvalidFormat)},
		{"expired token", bad, one("bad:expired"), Mode{}, refused(core.CodeTokenExpired)},
		{"foreign issuer", bad, one("foreign"), Mode{}, refused(core.CodeIssuerMismatch)},
		{"tampered token", bad, one("bad:tampered payload"), Mode{}, refused(core.CodeInvalidSignature)},
		{"unknown key", bad, one("bad:unknown kid"), Mode{}, refused(core.CodeUnknownKey)},
		{"wrong party", bad, one("bad:wrong authorized party"), Mode{}, refused(core.CodePartyMismatch)},
		{"pending session", bad, one("pending"), Mode{}, refused(core.CodeClaimMismatch)},
		{"issuer down", "a token that can't be checked is neither good nor bad", one("foreign"), modeOutage(), unavailable()},
		{
			"revoked session",
			"revocation is asked about every session",
			one("revoked"),
			modeFailClosed(),
			refused(core.CodeTokenRevoked),
		},
		{"revocation down, closed", "fail closed: an outage, not a refusal", one("undecided"), modeFailClosed(), undecided()},
		{
			"revocation down, open",
			"fail open: the program has chosen so",
			one("undecided"),
			modeFailOpen(),
			passes("user_undecided"),
		},
	}
}

// wayScenarios: every way in by every fault by every mode.
func wayScenarios() []Scenario {
	modes := []struct {
		Mode
		becomes func(Want) Want
	}{
		{modeRequired(), func(w Want) Want { return w }},
		{modeOptional(), underOptional},
		{modeBestEffort(), underBestEffort},
	}
	var rows []Scenario
	for _, m := range modes {
		for _, w := range ways() {
			for _, f := range faults() {
				target, fields := w.put(f.tokens...)
				rows = append(rows, Scenario{
					Name:   m.Name + " by " + w.name + ", " + f.name,
					Why:    f.why,
					Mode:   combine(m.Name+" by "+w.name, m.Mode, w.mode(), f.mode),
					Method: w.method, Target: target, Fields: fields, Want: m.becomes(f.want),
				})
			}
		}
	}
	return rows
}

// issuerScenarios: two contracts, by every way in, and one whose issuer is down.
func issuerScenarios() []Scenario {
	partnerDown := Mode{Name: "partner down", Further: func(s *Stage) ([]*core.Contract, error) {
		contract, err := clerkContract(s.down)
		return []*core.Contract{contract}, err
	}}
	var rows []Scenario
	for _, w := range ways() {
		for _, c := range []struct {
			name, why, token string
			mode             Mode
			want             Want
		}{
			{"the first", "the issuer chooses the contract", "session", modeTwoIssuers(), passes("user_1")},
			{"the second", "the issuer chooses the contract", "partner", modeTwoIssuers(), passes("partner_1")},
			{
				"audience of the second",
				"each contract applies entire",
				"partner for another",
				modeTwoIssuers(),
				refused(core.CodeAudienceMismatch),
			},
			{"neither", "an issuer that no contract names", "foreign", modeTwoIssuers(), refused(core.CodeIssuerMismatch)},
			{"the first, the second down", "an issuer's outage is its own", "session", partnerDown, passes("user_1")},
			{"the second, which is down", "an issuer's outage is its own", "foreign", partnerDown, unavailable()},
		} {
			target, fields := w.put("{" + c.token + "}")
			rows = append(rows, Scenario{
				Name:   "two contracts by " + w.name + ", " + c.name,
				Why:    c.why,
				Mode:   combine("two contracts by "+w.name, w.mode(), c.mode),
				Method: w.method, Target: target, Fields: fields, Want: c.want,
			})
		}
	}
	return rows
}

// originScenarios: the cookie's cross-origin check, by method and by where the
// browser says that the request comes from (Fetch Metadata; Origin without it).
func originScenarios() []Scenario {
	const why = "what changes something must come from the same origin (http.CrossOriginProtection)"
	const socket = "a WebSocket is opened by GET, and what it carries may change anything"
	session := Field{"Cookie", "__session={session}"}
	mode := combine("cookie's origin", Mode{Options: options(guard.Extractors(guard.Cookie("__session", appOrigin)))})
	effort := combine("cookie's origin, best effort", mode, modeBestEffort())
	sites := []struct {
		name   string
		fields []Field
		ours   bool
	}{
		{"same origin", []Field{{"Sec-Fetch-Site", "same-origin"}}, true},
		{"address bar", []Field{{"Sec-Fetch-Site", "none"}}, true},
		{"sibling site", []Field{{"Sec-Fetch-Site", "same-site"}}, false},
		{"other site", []Field{{"Sec-Fetch-Site", "cross-site"}}, false},
		{"other site, trusted", []Field{{"Sec-Fetch-Site", "cross-site"}, {"Origin", appOrigin}}, true},
		{"own origin, old browser", []Field{{"Origin", "https://" + host}}, true},
		{"other origin, old browser", []Field{{"Origin", "https://evil.example"}}, false},
		{"opaque origin", []Field{{"Origin", "null"}}, false},
		{"no browser", nil, true},
	}
	var rows []Scenario
	add := func(name, why string, mode Mode, method string, fields []Field, want Want) {
		rows = append(rows, Scenario{
			Name:   name,
			Why:    why,
			Mode:   mode,
			Method: method,
			Fields: append([]Field{session}, fields...),
			Want:   want,
		})
	}
	for _, site := range sites {
		wanted := forbidden()
		if site.ours {
			wanted = passes("user_1")
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			add(mode.Name+", "+method+" of "+site.name, why, mode, method, site.fields, wanted)
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			add(
				mode.Name+", "+method+" of "+site.name,
				"what is safe changes nothing (RFC 9110 §9.2.1)",
				mode,
				method,
				site.fields,
				passes("user_1"),
			)
		}
		upgrade := append([]Field{{"Connection", "Upgrade"}, {"Upgrade", "websocket"}}, site.fields...)
		add(mode.Name+", WebSocket of "+site.name, socket, mode, http.MethodGet, upgrade, wanted)
		add(effort.Name+", POST of "+site.name, why, effort, http.MethodPost, site.fields, underBestEffort(wanted))
	}
	return rows
}
