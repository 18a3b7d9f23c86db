package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/revstackhq/auth-go/authdoctor/internal/term"
	"github.com/revstackhq/auth-go/authdoctor/internal/token"
)

type decodeCommand struct {
	tokenInput
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is printed below the flags.
func (decodeCommand) Help() string {
	return `Nothing is verified, so do not trust what is shown: use "authdoctor check" for a verdict.
The signature is never shown.

Examples:
  authdoctor decode < token.txt
  pbpaste | authdoctor decode
  authdoctor decode --token-file token.txt --json`
}

const unverified = "UNVERIFIED"

// Run shows the token.
func (c *decodeCommand) Run(env *Env) error {
	raw, notes, err := c.read(env)
	if err != nil {
		return err
	}
	t, err := token.Decode(raw)
	if err != nil {
		return err
	}
	t.Notes = append(notes, t.Notes...)
	if c.JSON {
		return env.showJSON(map[string]any{
			"unverified":     true,
			"header":         json.RawMessage(token.WithoutSignatures(orNull(t.Header))),
			"claims":         json.RawMessage(token.WithoutSignatures(orNull(t.Claims))),
			"bytes":          t.Bytes,
			"signatureBytes": t.SignatureBytes,
			"notes":          append([]string{}, t.Notes...),
		})
	}
	p := env.page()
	showToken(p, t, env.Now())
	return env.show(p)
}

func orNull(raw json.RawMessage) []byte {
	if raw == nil {
		return []byte("null")
	}
	return raw
}

// showToken writes header, claims, dates and notes.
func showToken(p *term.Page, t *token.Token, now time.Time) {
	p.Line(p.Bad(unverified), "  Nothing here was checked: anyone can write a token that says this.")
	section := func(name string, raw json.RawMessage) {
		p.Heading(name)
		if raw == nil {
			p.Line("  ", p.Dim("unreadable"))
			return
		}
		p.Block(2, term.SafeLines(token.Indent(raw)))
	}
	section("Header", t.Header)
	section("Claims", t.Claims)
	if times := t.Times(); len(times) > 0 {
		p.Heading("Dates")
		var rows [][]string
		for _, at := range times {
			distance := relative(at.Time.Sub(now))
			if at.Claim == "exp" && at.Time.Before(now) || at.Claim == "nbf" && at.Time.After(now) {
				distance = p.Bad(distance)
			}
			rows = append(rows, []string{at.Label, at.Claim, at.Time.Format("2006-01-02 15:04:05 UTC"), distance})
		}
		p.Table(2, rows...)
	}
	p.Heading("Size")
	p.Line(fmt.Sprintf("  %d bytes, of which the signature has %d (not shown)", t.Bytes, t.SignatureBytes))
	if len(t.Notes) > 0 {
		p.Heading("Notes")
		for _, note := range t.Notes {
			p.Text(2, "- ", p.Warn(term.Safe(note)))
		}
	}
}

// relative describes in words a time that is d from now.
func relative(d time.Duration) string {
	if d < 0 {
		return span(-d) + " ago"
	}
	return "in " + span(d)
}

// span rounds a duration to its two largest units.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	days, hours, minutes, seconds := d/(24*time.Hour), d/time.Hour%24, d/time.Minute%60, d/time.Second%60
	switch {
	case days >= 100:
		return fmt.Sprintf("%d days", days)
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	default:
		return fmt.Sprintf("%d s", seconds)
	}
}
