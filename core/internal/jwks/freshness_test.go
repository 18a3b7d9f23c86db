package jwks_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

func TestFreshness(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	const minFresh, maxFresh, byDefault = time.Minute, 24 * time.Hour, 10 * time.Minute
	for name, c := range map[string]struct {
		header []string
		want   time.Duration
		stated bool
	}{
		"nothing":             {nil, byDefault, false},
		"private alone":       {[]string{"Cache-Control", "private"}, byDefault, false},
		"max-age":             {[]string{"Cache-Control", "public, max-age=600"}, 10 * time.Minute, true},
		"upper case":          {[]string{"Cache-Control", "MAX-AGE=3600"}, time.Hour, true},
		"quoted":              {[]string{"Cache-Control", `max-age="3600"`}, time.Hour, true},
		"minus age":           {[]string{"Cache-Control", "max-age=3600", "Age", "600"}, 50 * time.Minute, true},
		"age beyond it":       {[]string{"Cache-Control", "max-age=600", "Age", "9999"}, minFresh, true},
		"unreadable age":      {[]string{"Cache-Control", "max-age=600", "Age", "-5"}, 10 * time.Minute, true},
		"clamped up":          {[]string{"Cache-Control", "max-age=1"}, minFresh, true},
		"clamped down":        {[]string{"Cache-Control", "max-age=31536000"}, maxFresh, true},
		"overflow":            {[]string{"Cache-Control", "max-age=99999999999999999999999"}, maxFresh, true},
		"negative":            {[]string{"Cache-Control", "max-age=-1"}, minFresh, true},
		"words":               {[]string{"Cache-Control", "max-age=soon"}, minFresh, true},
		"two, smallest":       {[]string{"Cache-Control", "max-age=7200, max-age=3600"}, time.Hour, true},
		"two, smallest first": {[]string{"Cache-Control", "max-age=3600, max-age=7200"}, time.Hour, true},
		"two lines":           {[]string{"Cache-Control", "public", "Cache-Control", "max-age=3600"}, time.Hour, true},
		"no-store":            {[]string{"Cache-Control", "no-store, max-age=3600"}, minFresh, true},
		"no-cache":            {[]string{"Cache-Control", "max-age=3600, no-cache"}, minFresh, true},
		"no-cache for fields": {[]string{"Cache-Control", `no-cache="Set-Cookie, max-age=1", max-age=3600`}, time.Hour, true},
		"s-maxage is not us":  {[]string{"Cache-Control", "s-maxage=60, max-age=3600"}, time.Hour, true},
		"inside quotes":       {[]string{"Cache-Control", `ext="a, max-age=60", max-age=3600`}, time.Hour, true},
		"expires":             {[]string{"Expires", at(time.Hour), "Date", at(0)}, time.Hour, true},
		"expires, other date": {[]string{"Expires", at(time.Hour), "Date", at(30 * time.Minute)}, 30 * time.Minute, true},
		"expires, no date":    {[]string{"Expires", at(time.Hour)}, time.Hour, true},
		"expires, aged":       {[]string{"Expires", at(time.Hour), "Date", at(0), "Age", "600"}, 50 * time.Minute, true},
		"expires 0":           {[]string{"Expires", "0"}, minFresh, true},
		"expires long ago": {
			[]string{"Expires", "Mon, 01 Jan 0001 00:00:00 GMT", "Date", at(0), "Age", "600"},
			minFresh,
			true,
		},
		"max-age wins": {[]string{"Expires", at(2 * time.Hour), "Cache-Control", "max-age=3600"}, time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for i := 0; i < len(c.header); i += 2 {
				h.Add(c.header[i], c.header[i+1])
			}
			got, stated := jwks.Freshness(keys.Policy{}.WithDefaults(), h, now)
			if got != c.want || stated != c.stated {
				t.Fatalf("%v, stated %v; want %v, %v", got, stated, c.want, c.stated)
			}
		})
	}
}

func FuzzCacheControl(f *testing.F) {
	f.Add("max-age=600", "0", "")
	f.Add(`no-cache="a, b", MAX-AGE="1"`, "99999999999999999999", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Add(`x="\`, "-1", "0")
	f.Fuzz(func(t *testing.T, cc, age, expires string) {
		p := keys.Policy{}.WithDefaults()
		h := http.Header{"Cache-Control": {cc}, "Age": {age}, "Expires": {expires}}
		got, stated := jwks.Freshness(p, h, time.Unix(1_800_000_000, 0))
		if got < p.MinFresh || got > p.MaxFresh || (!stated && got != p.DefaultFresh) {
			t.Fatalf("%v (stated %v) is outside the clamp", got, stated)
		}
	})
}
