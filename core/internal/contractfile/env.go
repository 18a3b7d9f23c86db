package contractfile

import (
	"encoding/json"
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/revstackhq/auth-go/core/internal/strictjson"
)

// resolver replaces {"env": "NAME"} by the value of the variable NAME.
type resolver struct {
	lookup   func(string) (string, bool)
	edits    []edit
	problems []strictjson.Problem
}

func (r *resolver) fail(path string, offset int, empty bool, reason string) {
	r.problems = append(r.problems, strictjson.Problem{Path: path, Offset: offset, Reason: reason, Empty: empty})
}

// resolve replaces the references in v, the value of the member called name.
// named is the offset of the name, for errors.
func (r *resolver) resolve(v strictjson.Value, path, name string, named int) {
	for i, element := range v.Elements() {
		r.resolve(element, path+"["+strconv.Itoa(i)+"]", name, element.Start())
	}
	for _, m := range v.Members() {
		if m.Name == "env" {
			r.replace(v, m.Value, path, name, named)
			return
		}
		// A key set is copied from the issuer and tests hold claims: an "env" in them is not a reference.
		if m.Name != "jwks" && m.Name != "tests" {
			r.resolve(m.Value, path+"."+m.Name, m.Name, m.Start)
		}
	}
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *resolver) replace(reference, variable strictjson.Value, path, name string, named int) {
	text, isText := variable.Text()
	switch {
	case name == "signingSecret":
		// A secret from a reference would be a literal secret, which the contract's JSON does not keep.
		r.fail(path, named, false, `must be a string: name the variable in "signingSecretEnv": "NAME"`)
	case len(reference.Members()) != 1 || !isText || !variableName.MatchString(text):
		// The text is not repeated: it may be a value that was put here by mistake.
		r.fail(path, named, false, `is not a reference to an environment variable: write {"env": "NAME"} and nothing more`)
	default:
		value, _ := r.lookup(text)
		switch literal, err := json.Marshal(value); {
		case value == "":
			// An unset variable must not waive a check.
			r.fail(path, named, true, "refers to the environment variable "+text+", which is not set or is empty: set it")
		case err != nil || !utf8.ValidString(value): // encoding/json would replace what is not UTF-8
			r.fail(path, named, false, "refers to the environment variable "+text+", whose value is not UTF-8 text")
		default:
			r.edits = append(r.edits, edit{reference.Start(), reference.End(), literal})
		}
	}
}
