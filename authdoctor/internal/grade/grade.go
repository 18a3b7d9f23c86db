// Package grade grades a contract by what it leaves unchecked.
package grade

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// Severity is how serious a weakness is.
type Severity int

// The severities. Each is worth a grade.
const (
	Minor    Severity = iota // B: narrower than it could be
	Moderate                 // C: tokens that were made for others are accepted
	Serious                  // D: a stolen or foreign token works for long, or in many hands
	Critical                 // F: anyone can pose as anyone
)

// Finding is one warning of a contract.
type Finding struct {
	// Text is the warning. Fields are the fields that remove it: their Go names, with
	// the JSON names of a contract's fields.
	Text     string   `json:"text"`
	Fields   []Field  `json:"fields"`
	Severity Severity `json:"-"`
	Grade    string   `json:"grade"`
}

// Field is a field of a contract or of a preset's configuration.
type Field struct {
	Name string `json:"name"`
	// JSON is its name in a contract's JSON, "" for a preset's own field.
	JSON string `json:"json,omitempty"`
}

// Grade is the grade of a contract.
type Grade struct {
	Letter   string    `json:"grade"`
	Findings []Finding `json:"findings"`
}

// Of grades a contract by its warnings. The grade is A if there are none, and
// otherwise that of the most serious warning, or one grade lower if there are
// three or more.
func Of(contract *core.Contract) Grade {
	g := Grade{Findings: []Finding{}}
	worst := Severity(-1)
	for _, warning := range contract.Warnings() {
		severity := severityOf(warning)
		worst = max(worst, severity)
		g.Findings = append(g.Findings, Finding{
			warning, fieldsOf(warning, contract.Rules().FieldNames), severity, severity.letter(),
		})
	}
	slices.SortStableFunc(g.Findings, func(a, b Finding) int { return int(b.Severity - a.Severity) })
	if len(g.Findings) >= 3 {
		worst = min(worst+1, Critical)
	}
	g.Letter = worst.letter()
	return g
}

func (s Severity) letter() string {
	switch s {
	case Minor:
		return "B"
	case Moderate:
		return "C"
	case Serious:
		return "D"
	case Critical:
		return "F"
	default:
		return "A"
	}
}

// severityOf recognizes the warnings of package core by their beginnings. Any
// other warning is a preset's own and is moderate.
func severityOf(warning string) Severity {
	subject, _, _ := strings.Cut(warning, ":")
	switch {
	case slices.Contains([]string{"emulator", "short secret", "plain http"}, subject):
		return Critical
	case slices.Contains([]string{"no expiry", "any issuer", "any tenant"}, subject),
		strings.HasPrefix(subject, "bound tokens"):
		return Serious
	case slices.Contains([]string{"no party required", "private network"}, subject):
		return Minor
	default:
		return Moderate
	}
}

var word = regexp.MustCompile(`\b[A-Za-z]+\b`)

// fieldsOf returns the fields in the remedy of a warning. own maps fields of core
// to the preset's names for them.
func fieldsOf(warning string, own map[string]string) []Field {
	remedy := warning[strings.LastIndex(warning, "; ")+1:]
	fields := []Field{}
	known := jsonNames()
	for _, field := range slices.Sorted(maps.Keys(own)) {
		if name := own[field]; known[name] == "" && name != "" {
			known[name] = known[field]
		}
	}
	for _, name := range word.FindAllString(remedy, -1) {
		if json, isRule := known[name]; isRule || looksLikeField(name) {
			fields = append(fields, Field{name, json})
		}
	}
	return fields
}

// looksLikeField reports whether a word has a capital letter after the first one,
// as in AllowedParties but not in a word at the beginning of a sentence.
func looksLikeField(name string) bool {
	upper := strings.ToUpper(name)
	return name[0] == upper[0] && name != upper && strings.ToLower(name[1:]) != name[1:]
}

// jsonNames are the JSON names of the fields of [core.Rules].
func jsonNames() map[string]string {
	names := map[string]string{}
	rules := reflect.TypeFor[core.Rules]()
	for i := range rules.NumField() {
		field := rules.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" { // a duration
			name = strings.ToLower(field.Name[:1]) + field.Name[1:] + "Seconds"
		}
		names[field.Name] = name
	}
	return names
}
