package grade_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/authdoctor/internal/grade"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

func rules(change func(*core.Rules)) core.Rules {
	r := core.Rules{
		Issuer:    "https://issuer.example",
		JWKSURL:   "https://issuer.example/keys",
		Audiences: []string{"api"},
	}
	change(&r)
	return r
}

func gradeOf(t *testing.T, change func(*core.Rules)) grade.Grade {
	t.Helper()
	contract, err := core.NewContract(rules(change))
	if err != nil {
		t.Fatal(err)
	}
	return grade.Of(contract)
}

func TestGrades(t *testing.T) {
	cases := map[string]struct {
		change func(*core.Rules)
		want   string
		closes string
	}{
		"": {func(*core.Rules) {}, "A", ""},
		"InsecureMissingParty": {
			func(r *core.Rules) { r.AuthorizedParties, r.InsecureMissingParty = []string{"app"}, true }, "B",
			"InsecureMissingParty",
		},
		"InsecurePrivateNetwork": {func(r *core.Rules) { r.InsecurePrivateNetwork = true }, "B", "InsecurePrivateNetwork"},
		"InsecureAnyAudience": {
			func(r *core.Rules) { r.Audiences, r.InsecureAnyAudience = nil, true }, "C", "Audiences",
		},
		"InsecureNoExpiry": {func(r *core.Rules) { r.InsecureNoExpiry = true }, "D", "MaxAge"},
		"InsecureIgnoreConfirmation": {
			func(r *core.Rules) { r.InsecureIgnoreConfirmation = true }, "D", "InsecureIgnoreConfirmation",
		},
		"InsecureAnyIssuer": {func(r *core.Rules) { r.Issuer, r.InsecureAnyIssuer = "", true }, "D", "Issuer"},
		"InsecureHTTP":      {func(r *core.Rules) { r.InsecureHTTP = true }, "F", "InsecureHTTP"},
		"InsecureShortSecret": {func(r *core.Rules) {
			r.JWKSURL, r.Secret, r.InsecureShortSecret = "", core.NewSecret("short"), true
		}, "F", "Secret"},
		"InsecureEmulator": {func(r *core.Rules) { r.InsecureEmulator = true }, "F", "InsecureEmulator"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := gradeOf(t, c.change)
			if g.Letter != c.want {
				t.Errorf("got %+v, want %s", g, c.want)
			}
			closes := false
			for _, f := range g.Findings {
				for _, field := range f.Fields {
					closes = closes || field.Name == c.closes && field.JSON != ""
				}
			}
			if c.closes != "" && !closes {
				t.Errorf("no finding names %s: %+v", c.closes, g.Findings)
			}
		})
	}
	// A new Insecure field needs a grade, and a row.
	for _, field := range reflect.VisibleFields(reflect.TypeFor[core.Rules]()) {
		if _, ok := cases[field.Name]; strings.HasPrefix(field.Name, "Insecure") && !ok {
			t.Errorf("%s has no grade", field.Name)
		}
	}
}

func TestManyFindingsLowerTheGrade(t *testing.T) {
	g := gradeOf(t, func(r *core.Rules) {
		r.Audiences, r.InsecureAnyAudience = nil, true
		r.InsecurePrivateNetwork = true
		r.AuthorizedParties, r.InsecureMissingParty = []string{"app"}, true
		r.InsecureNoExpiry, r.MaxAge = true, time.Hour
	})
	if g.Letter != "F" || g.Findings[0].Grade != "D" {
		t.Errorf("got %+v, want F, the worst finding first", g)
	}
}

// TestPresetsWarnings: what a preset leaves open names a field too.
func TestPresetsWarnings(t *testing.T) {
	for slug, config := range map[string]string{
		"clerk":    `{"issuerUrl":"https://clerk.example.com"}`,
		"cognito":  `{"userPoolId":"eu-west-1_Example01","insecureAnyClient":true}`,
		"firebase": `{"projectId":"a-project","insecureAnyTenant":true}`,
	} {
		contract, err := providers.Build(slug, []byte(config))
		if err != nil {
			t.Errorf("%s: %v", slug, err)
			continue
		}
		for _, f := range grade.Of(contract).Findings {
			if len(f.Fields) == 0 {
				text, _ := json.Marshal(f)
				t.Errorf("%s: no field closes %s", slug, text)
			}
		}
	}
}
