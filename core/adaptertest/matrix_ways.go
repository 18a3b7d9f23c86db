package adaptertest

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// way is a place where a request may carry a token.
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

// ways returns all places. Each can hold any number of tokens.
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
			put: func(tokens ...string) (string, []Field) { // the last place first, which is read last
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

// ownScheme is an extractor that a program might write. Its error has no type of
// package core.
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

// fault is what is wrong with the credentials or with the environment.
type fault struct {
	name, why string
	tokens    []string
	mode      Mode
	want      Want
}

func faults() []fault {
	one := func(name string) []string { return []string{"{" + name + "}"} }
	const bad = "invalid credentials are rejected, wherever they are"
	return []fault{
		{"good token", "a valid token lets its user in, wherever it is", one("session"), Mode{}, passes("user_1")},
		{"nothing", "missing credentials are not invalid: the challenge has no error", nil, Mode{}, missing()},
		{
			"two tokens",
			"two different credentials in one request are rejected (RFC 6750 §2)",
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
		{
			"issuer down", "a token that cannot be checked is neither valid nor invalid", one("foreign"), modeOutage(),
			unavailable(),
		},
		{
			"revoked session",
			"revocation is checked for every session",
			one("revoked"),
			modeFailClosed(),
			refused(core.CodeTokenRevoked),
		},
		{"revocation down, closed", "fail closed: an outage answers 503", one("undecided"), modeFailClosed(), undecided()},
		{
			"revocation down, open",
			"fail open: the program chose it",
			one("undecided"),
			modeFailOpen(),
			passes("user_undecided"),
		},
	}
}

// wayScenarios combine every place with every fault and every mode.
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

// issuerScenarios have two contracts, for every place of the token, and one whose
// issuer is down.
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
				"a token must satisfy one contract entirely",
				"partner for another",
				modeTwoIssuers(),
				refused(core.CodeAudienceMismatch),
			},
			{"neither", "no contract trusts the issuer", "foreign", modeTwoIssuers(), refused(core.CodeIssuerMismatch)},
			{
				"the first, the second down", "the outage of one issuer does not affect another", "session", partnerDown,
				passes("user_1"),
			},
			{
				"the second, which is down", "the outage of one issuer does not affect another", "foreign", partnerDown,
				unavailable(),
			},
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

// originScenarios check the cookie's cross-origin protection, by method and by the
// origin that the browser reports (Fetch Metadata, or else Origin).
func originScenarios() []Scenario {
	const why = "an unsafe request must come from the same origin (http.CrossOriginProtection)"
	const socket = "a WebSocket is opened with GET, but its messages may change anything"
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
		{"not a browser", nil, true},
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
				"safe methods change nothing (RFC 9110 §9.2.1)",
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
