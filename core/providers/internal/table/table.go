// Package table writes docs/providers/README.md from the catalog, facts.json and
// page.md.tmpl. It is separate from the catalog so that prose does not become part
// of every program that imports package providers.
package table

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/revstackhq/auth-go/core/providers"
)

// Facts are the cells of a provider's row other than its name and algorithms.
type Facts struct {
	// Slug is the provider's.
	Slug string `json:"slug"`
	// Issuer is the exact form of iss.
	Issuer string `json:"issuer"`
	// Keys says where the issuer publishes its keys.
	Keys string `json:"keys"`
	// Audience says what binds a token to a service.
	Audience string `json:"audience"`
	// UserID is the claim that identifies the user.
	UserID string `json:"userId"`
	// Checks are the other conditions that the preset sets.
	Checks []string `json:"checks"`
}

//go:embed facts.json
var factsJSON []byte

// Rows returns the facts by slug, or says what is wrong with facts.json.
func Rows() (map[string]Facts, error) {
	var list []Facts
	d := json.NewDecoder(bytes.NewReader(factsJSON))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("facts.json: %w", err)
	}
	rows := make(map[string]Facts, len(list))
	for _, f := range list {
		if _, twice := rows[f.Slug]; twice {
			return nil, fmt.Errorf("facts.json has provider %q twice", f.Slug)
		}
		if f.Issuer == "" || f.Keys == "" || f.Audience == "" || f.UserID == "" || len(f.Checks) == 0 {
			return nil, fmt.Errorf("facts.json: a fact of provider %q is missing", f.Slug)
		}
		rows[f.Slug] = f
	}
	return rows, nil
}

// page is the page, with {{rows}} in place of the table's rows.
//
//go:embed page.md.tmpl
var page string

// Render returns the page, or says which provider has no facts.
func Render(list []providers.Provider) (string, error) {
	rows, err := Rows()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range list {
		row, ok := rows[p.Slug]
		if !ok {
			return "", fmt.Errorf("facts.json has no provider %q", p.Slug)
		}
		delete(rows, p.Slug)
		cells := []string{
			"[" + p.Name + "](" + p.Slug + ".md)<br>`" + p.Slug + "`",
			row.Issuer,
			row.Keys,
			strings.Join(p.Algorithms, ", "),
			row.Audience,
			row.UserID,
			strings.Join(row.Checks, "; "),
		}
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	for slug := range rows {
		return "", fmt.Errorf("facts.json has provider %q, which the catalog does not have", slug)
	}
	before, after, _ := strings.Cut(page, "{{rows}}\n")
	return before + b.String() + after, nil
}
