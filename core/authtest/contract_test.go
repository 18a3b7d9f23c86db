package authtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers"
)

func TestRunContract(t *testing.T) {
	authtest.RunContract(t, filepath.Join("testdata", "contract.json"))
	authtest.RunContract(t, filepath.Join("testdata", "clerk.json"), providers.ParseContract)
	t.Setenv("SECRET_OF_TESTS", strings.Repeat("s", 32))
	authtest.RunContract(t, filepath.Join("testdata", "secret.json"))
}

// TestContractsTestsFail: a test with another expected result fails.
func TestContractsTestsFail(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "contract.json"))
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.ReplaceAll(string(data), `"AUDIENCE_MISMATCH"`, `"ACCEPTED"`)
	results, err := authtest.CheckContract([]byte(wrong))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if want := r.Name != "another audience"; r.Passed() != want {
			t.Errorf("%+v", r)
		}
		if !r.Passed() && !strings.Contains(r.Detail, "expected api") {
			t.Errorf("the detail does not say why: %+v", r)
		}
	}
}

func TestContractsTestsThatCannotRun(t *testing.T) {
	const contract = `"issuer":"https://issuer.example","jwksUri":"https://issuer.example/keys","audience":"api"`
	for name, c := range map[string]struct{ data, want string }{
		"no tests":       {`{` + contract + `}`, "has no tests"},
		"not JSON":       {`{`, "not JSON"},
		"misspelled":     {`{` + contract + `,"tests":[{"name":"a","claims":{},"expected":"X"}]}`, `"expected"`},
		"no name":        {`{` + contract + `,"tests":[{"claims":{},"expect":"X"}]}`, "name is required"},
		"no expectation": {`{` + contract + `,"tests":[{"name":"a","claims":{}}]}`, "expect is required"},
		"neither":        {`{` + contract + `,"tests":[{"name":"a","expect":"X"}]}`, "claims and token"},
		"both": {
			`{` + contract + `,"tests":[{"name":"a","claims":{},"token":"x","expect":"X"}]}`, "claims and token",
		},
		"header of a token": {
			`{` + contract + `,"tests":[{"name":"a","token":"x","header":{},"expect":"X"}]}`, "header belongs",
		},
		"no time": {`{` + contract + `,"tests":[{"name":"a","claims":{},"at":"noon","expect":"X"}]}`, `"noon"`},
		"the same name": {
			`{` + contract + `,"tests":[{"name":"a","claims":{},"expect":"X"},{"name":"a","claims":{},"expect":"X"}]}`,
			"twice",
		},
		"a broken contract": {`{"issuer":"x y","tests":[{"name":"a","claims":{},"expect":"X"}]}`, "issuer"},
		"a preset": {
			`{"provider":"clerk","issuer":"https://clerk.example.com","tests":[]}`, "providers.ParseContract",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := authtest.CheckContract([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestContractsTestsFetchNothing: the keys for a token are never fetched.
func TestContractsTestsFetchNothing(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	data := `{"issuer":"` + issuer.URL() + `","jwksUri":"` + issuer.JWKSURL() + `","audience":"` + authtest.Audience + `",
		"tests":[{"name":"a","token":"` + issuer.Token(nil) + `","expect":"ACCEPTED"}]}`
	results, err := authtest.CheckContract([]byte(data))
	if err != nil || results[0].Got != "KEYS_UNAVAILABLE" || !strings.Contains(results[0].Detail, "write claims") {
		t.Errorf("got %+v, %v", results, err)
	}
	if issuer.Fetches() != 0 {
		t.Error("keys were fetched")
	}
}
