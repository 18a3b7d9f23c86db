package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/authdoctor/internal/probe"
	"github.com/revstackhq/auth-go/authdoctor/internal/term"
)

type keysCommand struct {
	Issuer       string   `arg:"" help:"The exact issuer, as tokens have it in iss. It is asked for its discovery document and its keys."`
	JWKSURL      string   `name:"jwks" placeholder:"URL" help:"Where the keys are, for an issuer without a discovery document."`
	Algorithm    []string `placeholder:"ALG" sep:"none" help:"An algorithm that the contract accepts; may be repeated. All by default."`
	InsecureHTTP bool     `name:"insecure-http" help:"Accept http outside of loopback."`
	JSON         bool     `name:"json" help:"Print JSON."`
}

// Help is printed below the flags.
func (keysCommand) Help() string {
	return `Fetches the keys as a verifier does and shows which entries it uses, which it skips, and why.
Exit codes: 0 usable keys, 1 no usable keys, 2 the issuer can't be reached.

Examples:
  authdoctor keys https://your-tenant.eu.auth0.com/
  authdoctor keys https://clerk.example.com --jwks https://clerk.example.com/.well-known/jwks.json
  authdoctor keys https://accounts.google.com --algorithm RS256 --json`
}

// Run asks the issuer.
func (c *keysCommand) Run(ctx context.Context, env *Env) error {
	if c.JWKSURL == "" && !strings.Contains(c.Issuer, "://") {
		return fmt.Errorf("%q is not a URL: write the issuer as tokens have it in iss, such as https://clerk.example.com, "+
			"or say with --jwks where the keys are", c.Issuer)
	}
	end := env.progress("asking " + c.Issuer)
	result, err := probe.Look(ctx, probe.Target{
		Issuer:       c.Issuer,
		JWKSURL:      c.JWKSURL,
		Algorithms:   c.Algorithm,
		InsecureHTTP: c.InsecureHTTP,
	})
	end()
	if err != nil {
		return err
	}
	if c.JSON {
		err = env.showJSON(result)
	} else {
		p := env.page()
		showKeys(p, result)
		err = env.show(p)
	}
	switch {
	case err != nil:
		return err
	case result.Usable():
		return nil
	case result.Unreachable():
		return errUnsure
	default:
		return errBad
	}
}

func showKeys(p *term.Page, r *probe.Result) {
	health := r.Health
	switch {
	case r.Usable():
		p.Line(p.Good("USABLE"), fmt.Sprintf("  %s of %s", count(len(health.Keys), "key"), term.Safe(r.Issuer)))
	case r.Unreachable():
		p.Line(p.Bad("UNREACHABLE"), "  ", term.Safe(r.Issuer))
		p.Text(2, "", term.Safe(health.LastError))
	default:
		p.Line(p.Bad("UNUSABLE"), "  ", term.Safe(r.Issuer))
		p.Text(2, "", term.Safe(health.LastError))
	}
	if d := health.Discovery; d != nil {
		p.Heading("Discovery document")
		rows := [][]string{{"URL", term.Safe(d.URL)}}
		if d.JWKSURL != "" {
			rows = append(rows, []string{"names the keys at", term.Safe(d.JWKSURL)})
		}
		if d.LastError != "" && d.LastError != health.LastError {
			rows = append(rows, []string{"error", p.Bad(term.Safe(d.LastError))})
		}
		p.Table(2, append(rows, answerRows(r.Discovery)...)...)
	}
	if r.JWKS != nil {
		p.Heading("Key set")
		p.Table(2, append([][]string{{"URL", term.Safe(r.JWKS.URL)}}, answerRows(r.JWKS)...)...)
	}
	if len(r.Entries) > 0 {
		p.Heading("Entries, and what a verifier does with them")
		showEntries(p, r.Entries)
	}
	if r.Usable() {
		p.Heading("Freshness")
		outage := fmt.Sprintf(
			"used for %s more, then requests are answered with 503", exact(health.StaleUntil.Sub(health.FreshUntil)),
		)
		p.Table(2,
			[]string{"fresh for", exact(r.KeptFor()) + ", and fetched again before that, behind the requests"},
			[]string{"a withdrawn key", "is refused within " + exact(r.KeptFor())},
			[]string{"in an outage", outage},
		)
	}
	if r.Skew != nil {
		p.Heading("Clock")
		p.Line("  ", clockLine(p, r.Skew))
	}
}

func answerRows(a *probe.Answer) [][]string {
	if a == nil {
		return nil
	}
	if a.Error != "" {
		return [][]string{{"asked again", term.Safe(a.Error)}}
	}
	rows := [][]string{{"answer", fmt.Sprintf("%d, %s, %s", a.Status, count(a.Bytes, "byte"), term.Safe(a.ContentType))}}
	for _, field := range [][2]string{
		{"Cache-Control", a.CacheControl},
		{"Expires", a.Expires},
		{"Age", a.Age},
		{"ETag", a.ETag},
		{"Last-Modified", a.LastModified},
	} {
		if field[1] != "" {
			rows = append(rows, []string{field[0], term.Safe(field[1])})
		}
	}
	return rows
}

func showEntries(p *term.Page, entries []probe.Entry) {
	rows := [][]string{{p.Dim("#"), p.Dim("kid"), p.Dim("kind"), p.Dim("alg"), p.Dim("verdict")}}
	for _, e := range entries {
		kind := e.Type
		if e.Curve != "" {
			kind += " " + e.Curve
		}
		if e.Bits > 0 && e.Curve == "" {
			kind += " " + strconv.Itoa(e.Bits)
		}
		verdict := p.Good("used") + " for " + e.Why
		if !e.Used {
			verdict = p.Bad("skipped") + ": " + e.Why
		}
		rows = append(rows, []string{strconv.Itoa(e.Index), dash(e.ID), dash(kind), dash(e.Algorithm), verdict})
	}
	p.Table(2, rows...)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return term.Safe(text)
}

func clockLine(p *term.Page, s *probe.Skew) string {
	exactness := fmt.Sprintf("(exact to %.1f s)", s.Within.Seconds())
	difference := s.Ahead.Abs().Seconds()
	switch {
	case s.Agrees():
		return "this machine's clock agrees with the issuer's " + exactness
	case s.Ahead > 0:
		return p.Warn(fmt.Sprintf(
			"this machine's clock is %.1f s ahead of the issuer's %s: tokens expire early here", difference, exactness,
		))
	default:
		return p.Warn(fmt.Sprintf(
			"this machine's clock is %.1f s behind the issuer's %s: fresh tokens may not be valid yet here",
			difference, exactness,
		))
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// exact formats a duration in its shortest form, rounded to a second at most.
func exact(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	default:
		return d.String()
	}
}
