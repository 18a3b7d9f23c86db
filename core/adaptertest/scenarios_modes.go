package adaptertest

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
)

// outageScenarios: an outage does not answer 401.
func outageScenarios() []Scenario {
	row := func(name, why string, mode Mode, fields []Field, want Want) Scenario {
		return Scenario{Name: "outage, " + name, Why: why, Mode: mode, Fields: fields, Want: want}
	}
	down := modeOutage()
	head := row("HEAD", "HEAD has GET's header and no body (RFC 9110 §9.3.2)", down, bearer("foreign"), unavailable())
	head.Method = http.MethodHead
	return []Scenario{
		row(
			"good token",
			"unavailable keys answer 503 with Retry-After, not 401",
			down,
			bearer("foreign"),
			unavailable(),
		),
		row("no token", "without a token, no key is needed", down, nil, missing()),
		row("malformed header", "a malformed request needs no key", down, authorization("Bearer"), malformed()),
		row("foreign token", "a foreign token needs no key", down, bearer("session"), refused(core.CodeIssuerMismatch)),
		row(
			"malformed token",
			"a malformed token needs no key",
			down,
			authorization("Bearer a.b.c"),
			refused(core.CodeInvalidFormat),
		),
		row(
			"optional",
			"a token that cannot be checked is not anonymous",
			modeOptionalOutage(),
			bearer("foreign"),
			unavailable(),
		),
		row(
			"best effort",
			"best effort does not treat an outage as anonymous",
			modeBestEffortOutage(),
			bearer("foreign"),
			unavailable(),
		),
		head,
	}
}

// modeScenarios are about requests without a token, and with a bad one.
func modeScenarios() []Scenario {
	row := func(mode Mode, name, why string, fields []Field, want Want) Scenario {
		return Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Fields: fields, Want: want}
	}
	const absent = "a request without credentials is anonymous"
	const bad = "invalid credentials are rejected, never anonymous"
	const loose = "best effort treats invalid credentials as anonymous"
	optional, loosest, skip, two := modeOptional(), modeBestEffort(), modeSkip(), modeTwoIssuers()
	nested := row(optional, "behind two guards", absent, nil, passes(""))
	nested.Target = PathTwice
	nestedToken := row(
		optional,
		"token behind two guards",
		"the inner guard reuses the session of the outer one",
		bearer("session"),
		passes("user_1"),
	)
	nestedToken.Target = PathTwice
	return []Scenario{
		row(optional, "good token", "a valid token lets its user in", bearer("session"), passes("user_1")),
		row(optional, "no token", absent, nil, passes("")),
		row(optional, "another scheme", absent, authorization("Basic dXNlcjpwYXNz"), passes("")),
		row(optional, "expired token", bad, bearer("bad:expired"), refused(core.CodeTokenExpired)),
		row(optional, "malformed token", bad, authorization("Bearer x"), refused(core.CodeInvalidFormat)),
		row(optional, "malformed header", bad, authorization("Bearer"), malformed()),
		row(optional, "two headers", bad, authorization("Bearer {session}", "Bearer {other}"), malformed()),
		nested,
		nestedToken,
		row(loosest, "good token", "a valid token lets its user in", bearer("session"), passes("user_1")),
		row(loosest, "no token", absent, nil, passes("")),
		row(loosest, "expired token", loose, bearer("bad:expired"), passes("")),
		row(loosest, "forged token", loose, bearer("bad:wrong key"), passes("")),
		row(loosest, "malformed header", loose, authorization("Bearer"), passes("")),
		row(skip, "skipped", "a skipped request needs no credentials", []Field{{"X-Health", "1"}}, passes("")),
		row(
			skip,
			"skipped with a token",
			"a token that is not checked makes no session",
			append(bearer("session"), Field{"X-Health", "1"}),
			passes(""),
		),
		row(skip, "not skipped", "the rest is guarded", nil, missing()),
		row(two, "first", "the issuer chooses the contract", bearer("session"), passes("user_1")),
		row(two, "second", "the issuer chooses the contract", bearer("partner"), passes("partner_1")),
		row(
			two,
			"audience of the second",
			"a token must satisfy one contract entirely",
			bearer("partner for another"),
			refused(core.CodeAudienceMismatch),
		),
		row(two, "neither", "no contract trusts the issuer", bearer("foreign"), refused(core.CodeIssuerMismatch)),
	}
}

// extractorScenarios are about other places for a token.
func extractorScenarios() []Scenario {
	query, header, socket := modeQuery(), modeHeader(), modeWebSocket()
	row := func(mode Mode, name, why, target string, fields []Field, want Want) Scenario {
		return Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Target: target, Fields: fields, Want: want}
	}
	one := func(name, value string) []Field { return []Field{{name, value}} }
	const two = "two different tokens in one request are rejected (RFC 6750 §2)"
	return []Scenario{
		row(
			query,
			"good token",
			"the extractors are called in order",
			PathPrivate+"?access_token={session}",
			nil,
			passes("user_1"),
		),
		row(query, "no token", "no extractor finds a token", PathPrivate+"?x=1", nil, missing()),
		row(query, "empty", "an empty parameter has no token", PathPrivate+"?access_token=", nil, missing()),
		row(
			query,
			"twice",
			"it would be ambiguous which one counts",
			PathPrivate+"?access_token={session}&access_token={session}",
			nil,
			malformed(),
		),
		row(query, "and another in the header", two, PathPrivate+"?access_token={other}", bearer("session"), malformed()),
		row(
			query,
			"and the same in the header",
			"the same token in two places counts once",
			PathPrivate+"?access_token={session}",
			bearer("session"),
			passes("user_1"),
		),
		row(query, "escaped", "parameters are decoded", PathPrivate+"?access%5Ftoken={session}", nil, passes("user_1")),
		row(
			header,
			"good token",
			"the header contains only the token",
			"",
			one("X-Gateway-Assertion", "{session}"),
			passes("user_1"),
		),
		row(
			header,
			"with a scheme",
			"the header contains only the token",
			"",
			one("X-Gateway-Assertion", "Bearer {session}"),
			refused(core.CodeInvalidFormat),
		),
		row(header, "twice", "it would be ambiguous which one counts", "", []Field{
			{"X-Gateway-Assertion", "{session}"}, {"X-Gateway-Assertion", "{other}"},
		}, malformed()),
		row(header, "absent", "the Authorization header is not read then", "", bearer("session"), missing()),
		row(
			socket,
			"good token",
			"a browser offers the token as a subprotocol",
			"",
			one("Sec-WebSocket-Protocol", "chat, bearer.northwind, {session}"),
			passes("user_1"),
		),
		row(socket, "on two lines", "a list may span several lines (RFC 9110 §5.3)", "",
			[]Field{
				{"Sec-WebSocket-Protocol", "chat, bearer.northwind"}, {"Sec-WebSocket-Protocol", "{session}"},
			}, passes("user_1")),
		row(
			socket,
			"marker without token",
			"the marker must be followed by the token",
			"",
			one("Sec-WebSocket-Protocol", "chat, bearer.northwind"),
			malformed(),
		),
		row(socket, "marker twice", "it would be ambiguous which one counts", "",
			one("Sec-WebSocket-Protocol", "bearer.northwind, {session}, bearer.northwind, {other}"), malformed()),
		row(
			socket,
			"other protocols",
			"without the marker there is no token",
			"",
			one("Sec-WebSocket-Protocol", "chat"),
			missing(),
		),
	}
}

// cookieScenarios are about cookies, which a browser also sends with requests that
// another site initiated.
func cookieScenarios() []Scenario {
	cookie, loose, optional := modeCookie(), modeInsecureCookie(), modeOptionalCookie()
	row := func(mode Mode, method, name, why string, want Want, fields ...Field) Scenario {
		return Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Method: method, Fields: fields, Want: want}
	}
	session := Field{"Cookie", "__session={session}"}
	const unread = "an unreadable cookie is an invalid credential, not a missing one"
	site := Field{"Sec-Fetch-Site", "cross-site"}
	const socket = "a browser opens WebSockets across origins without a preflight (RFC 6455 §10.2)"
	const csrf = "an unsafe request must come from the same origin (http.CrossOriginProtection)"
	return []Scenario{
		row(cookie, "", "good token", "the cookie is read too", passes("user_1"), session),
		row(cookie, "", "among others", "other cookies don't matter", passes("user_1"), Field{
			"Cookie", "a=b; __session={session}; c=d",
		}),
		row(
			cookie,
			"",
			"on two lines",
			"cookies may come on several lines (RFC 9113 §8.2.3)",
			passes("user_1"),
			Field{"Cookie", "a=b"},
			session,
		),
		row(cookie, "", "of another name", "names are compared exactly", missing(), Field{"Cookie", "__Session={session}"}),
		row(cookie, "", "empty", "an empty cookie has no token", missing(), Field{"Cookie", "__session="}),
		row(
			cookie,
			"",
			"twice, different",
			"a cookie of a parent domain must not shadow the service's own",
			malformed(),
			Field{
				"Cookie", "__session={session}; __session={other}",
			},
		),
		row(cookie, "", "twice, same", "the same token in two places counts once", passes("user_1"), Field{
			"Cookie", "__session={session}; __session={session}",
		}),
		row(
			cookie,
			"",
			"and another in the header",
			"two different tokens in one request are rejected (RFC 6750 §2)",
			malformed(),
			session,
			Field{"Authorization", "Bearer {other}"},
		),
		row(
			cookie,
			"",
			"bad token",
			"an invalid token is rejected, wherever it is",
			refused(core.CodeTokenExpired),
			Field{"Cookie", "__session={bad:expired}"},
		),
		row(
			cookie,
			"",
			"cross-site GET",
			"GET changes nothing",
			passes("user_1"),
			session,
			Field{"Sec-Fetch-Site", "cross-site"},
		),
		row(cookie, "", "cross-site WebSocket", socket, forbidden(), session, site, Field{"Upgrade", "websocket"}),
		row(
			cookie,
			"",
			"cross-site WebSocket among other protocols",
			socket,
			forbidden(),
			session,
			site,
			Field{"Upgrade", "x, WebSocket"},
		),
		row(
			cookie,
			"",
			"cross-site WebSocket on the second line",
			socket,
			forbidden(),
			session,
			site,
			Field{"Upgrade", "x"},
			Field{"Upgrade", "websocket"},
		),
		row(
			cookie,
			http.MethodPost,
			"same-origin POST",
			csrf,
			passes("user_1"),
			session,
			Field{"Sec-Fetch-Site", "same-origin"},
		),
		row(cookie, http.MethodPost, "cross-site POST", csrf, forbidden(), session, Field{"Sec-Fetch-Site", "cross-site"}),
		row(cookie, http.MethodPost, "same-site POST", csrf, forbidden(), session, Field{"Sec-Fetch-Site", "same-site"}),
		row(
			cookie,
			http.MethodDelete,
			"cross-site DELETE",
			csrf,
			forbidden(),
			session,
			Field{"Sec-Fetch-Site", "cross-site"},
		),
		row(
			cookie,
			http.MethodPost,
			"POST of a foreign origin",
			csrf,
			forbidden(),
			session,
			Field{"Origin", "https://evil.example"},
		),
		row(
			cookie,
			http.MethodPost,
			"POST of a trusted origin",
			csrf,
			passes("user_1"),
			session,
			Field{"Origin", appOrigin},
			Field{"Sec-Fetch-Site", "cross-site"},
		),
		row(
			cookie,
			http.MethodPost,
			"POST without a browser",
			"a client without these headers is not a browser",
			passes("user_1"),
			session,
		),
		row(
			cookie,
			http.MethodPost,
			"cross-site POST with a header",
			"another site can't set Authorization",
			passes("user_1"),
			Field{"Authorization", "Bearer {session}"},
			Field{"Sec-Fetch-Site", "cross-site"},
		),
		row(cookie, "", "with a quote", unread, malformed(), Field{"Cookie", `__session=a"b`}),
		row(optional, "", "with a quote", unread, malformed(), Field{"Cookie", `__session=a"b`}),
		row(optional, "", "with a backslash", unread, malformed(), Field{"Cookie", `__session=\`}),
		row(optional, "", "binary", unread, malformed(), Field{"Cookie", "__session=\xff"}),
		row(optional, "", "with a quote, before a good one", unread, malformed(), Field{
			"Cookie", `__session=a"b; __session={session}`,
		}),
		row(
			optional,
			"",
			"with a quote, on a line after a good one",
			unread,
			malformed(),
			session,
			Field{"Cookie", `__session=a"b`},
		),
		row(
			optional,
			"",
			"next to one that cannot be read",
			"other cookies don't matter",
			passes("user_1"),
			Field{"Cookie", `x=a"b; __session={session}`},
		),
		row(
			optional,
			http.MethodPost,
			"cross-site POST",
			"a cookie that must not be used is not anonymous",
			forbidden(),
			session,
			Field{"Sec-Fetch-Site", "cross-site"},
		),
		row(
			loose,
			http.MethodPost,
			"cross-site POST",
			"the program prevents this itself",
			passes("user_1"),
			session,
			Field{"Sec-Fetch-Site", "cross-site"},
		),
	}
}
