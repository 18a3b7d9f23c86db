package errorpages_test

import (
	"os"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/authdoctor/internal/codes"
	"github.com/revstackhq/auth-go/authdoctor/internal/errorpages"
	"github.com/revstackhq/auth-go/core"
)

const docs = "../../../docs/"

func TestPagesAreCurrent(t *testing.T) {
	for name, want := range map[string]string{"errors.md": errorpages.Errors(), "config-errors.md": errorpages.Config()} {
		page, err := os.ReadFile(docs + name)
		if err != nil {
			t.Fatal(err)
		}
		if string(page) != want {
			t.Errorf("docs/%s is out of date: run go generate in authdoctor/internal/errorpages", name)
		}
	}
}

// Every mistake on the page is refused, and each kind has examples.
func TestEveryMistakeIsShown(t *testing.T) {
	page := errorpages.Config()
	for _, m := range errorpages.Mistakes() {
		found := core.ConfigErrors(m)
		if len(found) == 0 {
			t.Errorf("accepted, or not a configuration error: %v", m)
		}
		for _, e := range found {
			if !strings.Contains(page, "\n"+e.Error()+"\n") {
				t.Errorf("not on the page: %v", e)
			}
		}
	}
	for _, kind := range []string{"missing", "invalid", "conflicting", "prohibited"} {
		_, section, _ := strings.Cut(page, "\n## "+kind+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if strings.Count(section, "auth: ") < 3 {
			t.Errorf("kind %s has fewer than three examples", kind)
		}
	}
}

// The addresses that errors print lead to headings of the pages.
func TestDocURLs(t *testing.T) {
	urls := map[string]bool{}
	for _, e := range codes.All() {
		urls[e.Code.DocURL()] = true
	}
	for _, kind := range []string{"missing", "invalid", "conflicting", "prohibited"} {
		urls[(&core.ConfigError{Kind: kind}).DocURL()] = true
	}
	for url := range urls {
		rest, ok := strings.CutPrefix(url, "https://github.com/revstackhq/auth-go/blob/main/docs/")
		name, anchor, _ := strings.Cut(rest, "#")
		if !ok || anchor == "" {
			t.Errorf("%s is not a section of a page in docs", url)
			continue
		}
		page, err := os.ReadFile(docs + name)
		if err != nil {
			t.Error(err)
			continue
		}
		found := false
		for line := range strings.Lines(string(page)) {
			heading, isHeading := strings.CutPrefix(line, "## ")
			found = found || isHeading && errorpages.Anchor(strings.TrimSpace(heading)) == anchor
		}
		if !found {
			t.Errorf("%s: no heading of the page has this anchor", url)
		}
	}
}

// The text of a configuration error leads to the page.
func TestConfigurationErrorsLinkTheirPage(t *testing.T) {
	for _, err := range errorpages.Mistakes() {
		first := core.ConfigErrors(err)[0]
		if want := "\nsee " + first.DocURL(); !strings.HasSuffix(err.Error(), want) ||
			strings.Count(err.Error(), "\nsee ") != 1 {
			t.Errorf("%q does not end in %q, once", err, want)
		}
	}
}
