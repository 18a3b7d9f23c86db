package adaptertest

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// firstScenarios: the first place with a credential decides.
func firstScenarios() []Scenario {
	mode := Mode{
		Name:    "first of bearer and cookie",
		Options: options(guard.Extractors(guard.First(guard.Bearer(), guard.Cookie("__session")))),
	}
	const why = "the first place with a credential decides, even if it is invalid"
	cookie := Field{"Cookie", "__session={other}"}
	header := func(value string) Field { return Field{"Authorization", value} }
	row := func(name string, want Want, fields ...Field) Scenario {
		return Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Fields: fields, Want: want}
	}
	return []Scenario{
		row("two users", passes("user_1"), header("Bearer {session}"), cookie),
		row("cookie alone", passes("user_2"), cookie),
		row("another scheme and the cookie", passes("user_2"), header("Basic dXNlcjpwdw=="), cookie),
		row("expired bearer", refused(core.CodeTokenExpired), header("Bearer {bad:expired}"), cookie),
		row("malformed bearer", malformed(), header("Bearer"), cookie),
		row("neither", missing()),
	}
}

// nestedScenarios have an inner guard that looks for the token in other places. It
// uses a credential that the outer guard accepted only if it finds it too.
func nestedScenarios() []Scenario {
	loose := guard.Extractors(guard.InsecureCookie("__session"))
	byBearer := Mode{
		Name: "optional cookie, then bearer", Options: options(guard.Optional(), loose), Inner: options(),
	}
	byEither := Mode{
		Name: "optional cookie, then either", Options: options(guard.Optional(), loose),
		Inner: options(guard.Extractors(guard.Bearer(), guard.Cookie("__session"))),
	}
	optional := Mode{
		Name: "cookie, then optional bearer", Options: options(loose), Inner: options(guard.Optional()),
	}
	effort := Mode{
		Name: "cookie, then best effort", Options: options(loose), Inner: options(guard.InsecureBestEffort()),
	}
	row := func(mode Mode, method, name, why string, want Want, fields ...Field) Scenario {
		return Scenario{
			Name:   mode.Name + ", " + name,
			Why:    why,
			Mode:   mode,
			Method: method,
			Target: PathTwice,
			Fields: fields,
			Want:   want,
		}
	}
	cookie := func(token string) Field { return Field{"Cookie", "__session=" + token} }
	header := func(token string) Field { return Field{"Authorization", "Bearer " + token} }
	crossSite := Field{"Sec-Fetch-Site", "cross-site"}
	const own = "a guard uses what its own extractors find, not what an outer guard found"
	const rules = "the inner guard's rules about requests apply, even if the outer guard's differ"
	const stays = "an optional guard that finds no token keeps the session of the outer one"
	return []Scenario{
		row(
			byBearer,
			"",
			"both the same",
			"the same token in two places counts once",
			passes("user_1"),
			cookie("{session}"),
			header("{session}"),
		),
		row(byBearer, "", "cookie alone", own, missing(), cookie("{session}")),
		row(byBearer, http.MethodPost, "cookie alone from another site", own, missing(), cookie("{session}"), crossSite),
		row(byBearer, "", "two users", own, passes("user_1"), cookie("{other}"), header("{session}")),
		row(
			byBearer,
			"",
			"bad bearer with a good cookie",
			own,
			refused(core.CodeInvalidFormat),
			cookie("{session}"),
			header("garbage"),
		),
		row(
			byBearer,
			"",
			"expired bearer with a good cookie",
			own,
			refused(core.CodeTokenExpired),
			cookie("{session}"),
			header("{bad:expired}"),
		),
		row(
			byBearer,
			"",
			"malformed header with a good cookie",
			rules,
			malformed(),
			cookie("{session}"),
			Field{"Authorization", "Bearer"},
		),
		row(
			byBearer,
			"",
			"two headers with a good cookie",
			rules,
			malformed(),
			cookie("{session}"),
			header("{session}"),
			header("{session}"),
		),
		row(byBearer, "", "bearer alone", own, passes("user_1"), header("{session}")),
		row(byEither, "", "cookie alone", own, passes("user_1"), cookie("{session}")),
		row(
			byEither,
			"",
			"two users",
			"two different tokens in one request are rejected (RFC 6750 §2)",
			malformed(),
			cookie("{session}"),
			header("{other}"),
		),
		row(byEither, http.MethodPost, "cookie from another site", rules, forbidden(), cookie("{session}"), crossSite),
		row(optional, "", "cookie alone", stays, passes("user_1"), cookie("{session}")),
		row(optional, "", "two users", own, passes("user_2"), cookie("{session}"), header("{other}")),
		row(optional, "", "bad bearer", own, refused(core.CodeInvalidFormat), cookie("{session}"), header("garbage")),
		row(effort, "", "cookie alone", stays, passes("user_1"), cookie("{session}")),
		row(
			effort,
			"",
			"bad bearer",
			"best effort treats invalid credentials as anonymous, not as the outer guard's user",
			passes(""),
			cookie("{session}"),
			header("garbage"),
		),
	}
}
