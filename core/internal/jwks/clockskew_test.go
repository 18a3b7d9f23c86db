package jwks_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// TestClockSkew: Date is compared with the middle of the round trip. What its whole seconds and the round trip can
// explain is no skew, and neither is what a cache repeats.
func TestClockSkew(t *testing.T) {
	const none = time.Duration(0)
	at := func(d time.Duration) string { return newClock().Now().Add(d).Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		date, age string
		trip      time.Duration // how long the response takes
		status    int
		want      time.Duration
	}{
		"in step":                    {date: at(0), want: none},
		"a second":                   {date: at(-time.Second), want: none},
		"ahead":                      {date: at(-40 * time.Second), want: 39500 * time.Millisecond},
		"behind":                     {date: at(40 * time.Second), want: -40500 * time.Millisecond},
		"ahead, slow response":       {date: at(-40 * time.Second), trip: 4 * time.Second, want: 41500 * time.Millisecond},
		"behind, slow response":      {date: at(40 * time.Second), trip: 4 * time.Second, want: -38500 * time.Millisecond},
		"as slow as it seems ahead":  {date: at(0), trip: 4 * time.Second, want: none},
		"as slow as it seems behind": {date: at(4 * time.Second), trip: 4 * time.Second, want: none},
		"from a cache":               {date: at(-40 * time.Second), age: "40", want: none},
		"from a cache, just stored":  {date: at(-40 * time.Second), age: "0", want: none},
		"no date":                    {want: none},
		"not a date":                 {date: "yesterday", want: none},
		"a failed fetch":             {date: at(-40 * time.Second), status: http.StatusBadGateway, want: none},
	} {
		t.Run(name, func(t *testing.T) {
			clk := newClock()
			i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) {
				clk.advance(c.trip)
				w.Header()["Date"] = nil
				if c.date != "" {
					w.Header().Set("Date", c.date)
				}
				if c.age != "" {
					w.Header().Set("Age", c.age)
				}
				if c.status != 0 {
					w.WriteHeader(c.status)
					return
				}
				jwkSet(set(ec("a")))(w, r)
			})
			s := i.source(clk)
			_ = s.Ready(context.Background())
			if got := s.Health().ClockSkew; got != c.want {
				t.Errorf("skew = %v, want %v", got, c.want)
			}
		})
	}
}

// TestClockSkewIsThatOfTheLastFetch: a clock that was corrected is in step after the next fetch, which a 304 answers
// too; a failed fetch changes nothing.
func TestClockSkewIsThatOfTheLastFetch(t *testing.T) {
	clk := newClock()
	var offset time.Duration
	i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", clk.Now().Add(-offset).Format(http.TimeFormat))
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		jwkSet(set(ec("a")))(w, r)
	})
	s := i.source(clk)
	want := func(skew time.Duration) {
		t.Helper()
		found(t, s, "a")
		s.Await()
		if got := s.Health().ClockSkew; got != skew {
			t.Errorf("skew = %v, want %v", got, skew)
		}
	}
	offset = 40 * time.Second
	want(39500 * time.Millisecond)
	offset = 10 * time.Second
	want(39500 * time.Millisecond) // no fetch is due
	clk.advance(11 * time.Minute)
	want(9500 * time.Millisecond)
	if s.Health().NotModified != 1 {
		t.Error("the set was not revalidated")
	}
	i.down()
	clk.advance(11 * time.Minute)
	want(9500 * time.Millisecond)
}

// TestClockSkewOfADirectory: it is that of the page fetched last.
func TestClockSkewOfADirectory(t *testing.T) {
	p, clk := newPages(t, uuid(1), uuid(2)), newClock()
	pages := *p.answer.Load()
	var offset time.Duration
	p.serve(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", clk.Now().Add(-offset).Format(http.TimeFormat))
		pages(w, r)
	})
	d := p.directory(clk, func(c *jwks.Config) { c.Policy = keys.Policy{MinFresh: time.Hour} })
	for n, kid := range []string{uuid(2), uuid(1)} {
		offset = time.Duration(n+1) * 10 * time.Second
		has(t, d, kid)
		if got, want := d.Health().ClockSkew, offset-500*time.Millisecond; got != want {
			t.Errorf("skew = %v, want %v", got, want)
		}
		clk.advance(time.Minute)
	}
}
