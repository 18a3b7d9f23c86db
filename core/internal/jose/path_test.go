package jose_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

const pathDocument = `{"sub":"s","https://example.com/roles":["r"],"urn:zitadel:iam:org":"z","cognito:groups":["g"],
	"realm_access":{"decoy":{"roles":"no"},"roles":["admin",{"name":"n"}],"\u0065sc":"e"}, "a.b":"dotted",
	"a":{"b.c":"inner","b":{"c":1}},
	"back\\slash":"b","p/q":{"~":"tilde"},"0":"zero","list":[10,[20,21],{"0":30}],"null":null,"x\\.y":"literal:/"}`

func TestPathIn(t *testing.T) {
	for path, want := range map[string]string{ // "" means: nothing there
		`sub`:                             `"s"`,
		`https://example.com/roles`:       `["r"]`,
		`urn:zitadel:iam:org`:             `"z"`,
		`cognito:groups`:                  `["g"]`,
		`realm_access.roles`:              `["admin",{"name":"n"}]`,
		`realm_access.esc`:                `"e"`,
		`realm_access.decoy.roles`:        `"no"`,
		`realm_access.ROLES`:              ``,
		`Realm_access.roles`:              ``,
		`realm_access.roles.0`:            ``, // only a pointer counts elements
		`realm_access.roles.x`:            ``,
		`sub.x`:                           ``,
		`null`:                            `null`,
		`null.x`:                          ``,
		`a\.b`:                            `"dotted"`,
		`a.b`:                             `{"c":1}`,
		`a.b\.c`:                          `"inner"`,
		`a.b.c`:                           `1`,
		`a.b.c.d`:                         ``,
		`back\\slash`:                     `"b"`,
		`x\\\.y`:                          `"literal:/"`,
		`0`:                               `"zero"`,
		`/sub`:                            `"s"`,
		`/realm_access/roles/0`:           `"admin"`,
		`/realm_access/roles/1/name`:      `"n"`,
		`/a.b`:                            `"dotted"`,
		`/back\slash`:                     `"b"`,
		`/p~1q/~0`:                        `"tilde"`,
		`/https:~1~1example.com~1roles/0`: `"r"`,
		`/0`:                              `"zero"`,
		`/list/0`:                         `10`,
		`/list/1/1`:                       `21`,
		`/list/2/0`:                       `30`,
		`/list/3`:                         ``,
		`/list/00`:                        ``,
		`/list/01`:                        ``,
		`/list/-`:                         ``,
		`/list/-1`:                        ``,
		`/list/+1`:                        ``,
		`/list/18446744073709551616`:      ``,
		`/sub/0`:                          ``,
		`nope`:                            ``,
		`p/q`:                             `{"~":"tilde"}`,
	} {
		p, err := jose.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if p.String() != path {
			t.Errorf("%s: String() = %s", path, p)
		}
		got, ok := p.In(object(t, pathDocument))
		if string(got.Raw()) != want || ok != (want != "") {
			t.Errorf("%s: %s, %v, want %s", path, got.Raw(), ok, want)
		}
	}
	if _, ok := (jose.Path{}).In(object(t, `{"":1}`)); ok {
		t.Error("the zero Path addresses something")
	}
}

func TestParsePathRefuses(t *testing.T) {
	for path, want := range map[string]string{
		``:                       `claim path is empty`,
		`.`:                      `claim path has an empty segment`,
		`a.`:                     `claim path has an empty segment`,
		`.a`:                     `claim path has an empty segment`,
		`a..b`:                   `claim path has an empty segment`,
		`/`:                      `claim path has an empty segment`,
		`/a/`:                    `claim path has an empty segment`,
		`//a`:                    `claim path has an empty segment`,
		`a\`:                     `claim path ends in the middle of an escape`,
		`a\\\`:                   `claim path ends in the middle of an escape`,
		`/a~`:                    `claim path ends in the middle of an escape`,
		`a\n`:                    `claim path has an unknown escape: only \. and \\ are known`,
		`/a~2`:                   `claim path has an unknown escape: a JSON Pointer knows only ~0 and ~1`,
		`a.b.c.d.e.f.g.h.i`:      `claim path has more than 8 segments`,
		`/a/b/c/d/e/f/g/h/i`:     `claim path has more than 8 segments`,
		strings.Repeat("a", 257): `claim path is longer than 256 bytes`,
		"a\xff":                  `claim path is not valid UTF-8`,
	} {
		if p, err := jose.ParsePath(path); err == nil || err.Error() != want || p.String() != "" {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	for _, path := range []string{`a.b.c.d.e.f.g.h`, `/a/b/c/d/e/f/g/h`, strings.Repeat("a", 256)} {
		if _, err := jose.ParsePath(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestPathAllocations(t *testing.T) {
	o := object(t, pathDocument)
	for _, path := range []string{`sub`, `cognito:groups`, `realm_access.roles`, `a.b.c`, `/list/2/0`} {
		p, err := jose.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if allocs := testing.AllocsPerRun(100, func() { p.In(o) }); allocs != 0 {
			t.Errorf("%s: %v allocations", path, allocs)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		`a`, `a.b`, `a\.b`, `\\`, `/a/0/~0~1`, `x:y`, `https://e/r`, `a\`, `/`, `..`, `realm_access.roles`,
	} {
		f.Add(seed, pathDocument)
	}
	f.Fuzz(func(t *testing.T, path, document string) {
		p, err := jose.ParsePath(path)
		if err != nil {
			return
		}
		if p.String() != path {
			t.Fatalf("String() = %q", p)
		}
		o, err := jose.ParseObject([]byte(document), jose.Limits{})
		if err != nil {
			return
		}
		if got, ok := p.In(o); ok != (got.Kind() != jose.KindInvalid) {
			t.Fatalf("%q in %q: %q, %v", path, document, got.Raw(), ok)
		}
		// Any name can be written as a pointer and, escaped, as a dotted path.
		for name, want := range o.All() {
			pointer, err := jose.ParsePath("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
			if err == nil {
				if got, ok := pointer.In(o); !ok || string(got.Raw()) != string(want.Raw()) {
					t.Fatalf("pointer %q: %q, want %q", pointer, got.Raw(), want.Raw())
				}
			}
			dotted := name
			if !strings.ContainsAny(name, "/:") {
				dotted = strings.NewReplacer(`\`, `\\`, `.`, `\.`).Replace(name)
			} else if name[0] == '/' {
				continue
			}
			if plain, err := jose.ParsePath(dotted); err == nil {
				if got, ok := plain.In(o); !ok || string(got.Raw()) != string(want.Raw()) {
					t.Fatalf("path %q: %q, want %q", plain, got.Raw(), want.Raw())
				}
			}
		}
	})
}
