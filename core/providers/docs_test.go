package providers_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/internal/table"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

const docs = "../../docs/providers/"

func TestTableIsCurrent(t *testing.T) {
	page, err := os.ReadFile(docs + "README.md")
	must(t, err)
	want, err := table.Render(providers.All())
	must(t, err)
	if string(page) != want {
		t.Error("docs/providers/README.md is out of date: run go generate in core/providers")
	}
}

// Every provider has a page with the same headings, so that a reader finds
// their way.
func TestEveryProviderHasAPage(t *testing.T) {
	for _, p := range providers.All() {
		page, err := os.ReadFile(docs + p.Slug + ".md")
		if err != nil {
			t.Errorf("%s: %v", p.Slug, err)
			continue
		}
		for _, heading := range []string{
			"# ", "\n## Where to find the values", "\n## What is checked", "\n## Audience", "\n## A token", "\n## Errors",
		} {
			if !strings.Contains(string(page), heading) {
				t.Errorf("%s.md has no heading %q", p.Slug, strings.TrimSpace(heading))
			}
		}
	}
}

var jsonBlock = regexp.MustCompile("(?s)\n([^\n]*)\n\n```json\n(.*?)```")

// What the pages show in JSON works: a configuration builds, and a token is one
// of the samples that the contract accepts.
func TestPagesAreTrue(t *testing.T) {
	t.Setenv("GATEWAY_JWT_SECRET", "northwind-gateway's own secret, 32 bytes or more")
	facts, err := table.Rows()
	must(t, err)
	for _, p := range providers.All() {
		t.Run(p.Slug, func(t *testing.T) {
			page, err := os.ReadFile(docs + p.Slug + ".md")
			must(t, err)
			good, _, err := providertest.Tokens(p.Slug)
			must(t, err)
			tokens := 0
			for _, block := range jsonBlock.FindAllStringSubmatch(string(page), -1) {
				var token struct {
					Header  map[string]any      `json:"header"`
					Payload providertest.Object `json:"payload"`
				}
				if err := json.Unmarshal([]byte(block[2]), &token); err != nil {
					t.Errorf("%v in %s", err, block[2])
				}
				switch {
				case token.Payload != nil:
					tokens++
					if !isSample(t, token.Header["alg"], token.Payload, good) {
						t.Errorf("this token is not one of the samples: %s", block[2])
					}
				case strings.Contains(block[1], "providers.Build") || strings.Contains(block[2], "claimRules"):
					contract, err := providers.Build(p.Slug, []byte(block[2]))
					if err != nil {
						t.Errorf("%v: %s", err, block[2])
						continue
					}
					sayLeeway(t, string(page), facts[p.Slug].Checks, contract.Rules().Leeway)
				}
			}
			if tokens == 0 {
				t.Error("the page shows no token")
			}
		})
	}
}

// sayLeeway checks what a provider's page and its row of the table say about the leeway. The table leaves out 30 s.
func sayLeeway(t *testing.T, page string, checks []string, leeway time.Duration) {
	t.Helper()
	onPage := regexp.MustCompile("`leewaySeconds` is ([0-9]+) by default").FindStringSubmatch(page)
	if onPage != nil && onPage[1] != strconv.Itoa(int(leeway.Seconds())) {
		t.Errorf("the page says that the leeway is %s s, it is %v", onPage[1], leeway)
	}
	said := regexp.MustCompile(`leeway ([0-9]+) (s|min)`).FindStringSubmatch(strings.Join(checks, "; "))
	if said == nil {
		said = []string{"", "30", "s"}
	}
	if d, err := time.ParseDuration(said[1] + said[2][:1]); err != nil || d != leeway {
		t.Errorf("the table says that the leeway is %s %s, it is %v", said[1], said[2], leeway)
	}
}

func isSample(t *testing.T, alg any, payload providertest.Object, good []providertest.Token) bool {
	t.Helper()
	for _, token := range good {
		if alg == token.Algorithm && reflect.DeepEqual(plain(t, payload), plain(t, token.Claims)) {
			return true
		}
	}
	return false
}

func plain(t *testing.T, o providertest.Object) (v any) {
	t.Helper()
	data, err := json.Marshal(o)
	must(t, err)
	must(t, json.Unmarshal(data, &v))
	return v
}

// The file that the overview shows loads, and the error that it shows is the one
// of a misspelled member in that file.
func TestOverviewShowsAFileThatLoads(t *testing.T) {
	t.Setenv("OKTA_ISSUER", "https://northwind.okta.com/oauth2/default")
	t.Setenv("CLERK_ISSUER_URL", "https://clerk.northwind.example")
	t.Setenv("INTERNAL_SECRET", "northwind-gateway's own secret, 32 bytes or more")
	page, err := os.ReadFile(docs + "README.md")
	must(t, err)
	blocks := jsonBlock.FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 1 {
		t.Fatalf("%d JSON documents, want 1", len(blocks))
	}
	file := blocks[0][2]
	contracts, err := providers.ParseContracts([]byte(file))
	if err != nil || len(contracts) != 3 {
		t.Errorf("got %v, %v", contracts, err)
	}
	_, err = providers.ParseContracts([]byte(strings.Replace(file, `"audience"`, `"audiance"`, 1)))
	if err == nil || !strings.Contains(string(page), "```\n"+err.Error()+"\n```") {
		t.Errorf("the page does not show this error: %v", err)
	}
}
