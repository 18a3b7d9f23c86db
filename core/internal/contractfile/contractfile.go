// Package contractfile takes a file of several contracts apart: one JSON object
//
//	{"contracts": [{"issuer": {"env": "CLERK_ISSUER_URL"}, …}, …]}
//
// in which {"env": "NAME"} may replace any string; it is replaced by the value of
// that environment variable. It does not know what a contract contains:
// core.ParseContracts and package providers each read the entries in their own
// way, and use [Entry.Locate] to report a mistake with its position in the file.
package contractfile

import (
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/strictjson"
)

// Entry is one contract of the file.
type Entry struct {
	// Field is the entry's path in the file, such as contracts[1].
	Field string
	// JSON is the contract alone, with the variables replaced.
	JSON []byte

	file  []byte
	start int // where JSON begins in file
	edits []edit
}

// edit is the position of a reference to a variable, and the text that replaced it.
type edit struct {
	start, end int // in the file
	value      []byte
}

// Split returns the entries of a file, or every mistake around the entries and in
// references to variables. lookup is [os.LookupEnv], or a replacement in tests.
func Split(file []byte, lookup func(name string) (string, bool)) ([]Entry, []strictjson.Problem) {
	document, problems := strictjson.Parse(file)
	if len(problems) > 0 {
		return nil, problems
	}
	list, problems := contracts(document)
	if len(problems) > 0 {
		return nil, problems
	}
	entries := make([]Entry, len(list))
	for i, value := range list {
		r := resolver{lookup: lookup}
		e := Entry{Field: "contracts[" + strconv.Itoa(i) + "]", file: file, start: value.Start()}
		r.resolve(value, e.Field, e.Field, value.Start())
		e.edits = r.edits
		e.JSON = e.replaced(value.End())
		entries[i] = e
		problems = append(problems, r.problems...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return entries, nil
}

// contracts returns the objects in the array "contracts", which is the only
// member that the file may have.
func contracts(document *strictjson.Document) ([]strictjson.Value, []strictjson.Problem) {
	const name = "contracts"
	var list []strictjson.Value
	var problems []strictjson.Problem
	for _, m := range document.Root().Members() {
		switch {
		case m.Name != name:
			problems = append(problems, strictjson.Problem{
				Path:    m.Name,
				Offset:  m.Start,
				Unknown: true,
				Reason:  `is unknown: write {"contracts": [{…}, {…}]}, each contract an object in the array`,
			})
		case !m.Value.IsArray():
			problems = append(problems, strictjson.Problem{
				Path:   name,
				Offset: m.Start,
				Reason: "must be an array of contracts, found " + m.Value.Describe(),
			})
		case len(m.Value.Elements()) == 0:
			problems = append(problems, strictjson.Problem{
				Path:   name,
				Offset: m.Start,
				Empty:  true,
				Reason: "is empty: name at least one contract",
			})
		default:
			list = m.Value.Elements()
		}
	}
	if len(problems) == 0 && list == nil {
		problems = append(problems, strictjson.Problem{
			Path:   name,
			Empty:  true,
			Reason: `is missing: write {"contracts": [{…}, {…}]}`,
		})
	}
	for i, value := range list {
		if !value.IsObject() {
			problems = append(problems, strictjson.Problem{
				Path:   name + "[" + strconv.Itoa(i) + "]",
				Offset: value.Start(),
				Reason: "must be an object, found " + value.Describe(),
			})
		}
	}
	return list, problems
}

// replaced returns the entry's JSON with the variables replaced. end is where the entry ends in the file.
func (e *Entry) replaced(end int) []byte {
	var text []byte
	at := e.start
	for _, edit := range e.edits {
		text = append(text, e.file[at:edit.start]...)
		text = append(text, edit.value...)
		at = edit.end
	}
	return append(text, e.file[at:end]...)
}

// Locate converts the field and the position of a mistake in e.JSON to those in
// the file. whole is the name that the entry's reader uses for the entry itself.
// If the mistake has no position (line is 0), Locate returns the position of the
// entry.
func (e *Entry) Locate(field, whole string, line, column int) (inFile string, fileLine, fileColumn int) {
	fields := strings.Split(field, ", ") // a mistake may name several fields that contradict each other
	for i, one := range fields {
		fields[i] = e.Field + "." + one
		if one == whole {
			fields[i] = e.Field
		}
	}
	at := e.start
	if line > 0 {
		at = e.offset(strictjson.Offset(e.JSON, line, column))
	}
	fileLine, fileColumn = strictjson.LineColumn(e.file, at)
	return strings.Join(fields, ", "), fileLine, fileColumn
}

// offset converts an offset in e.JSON to one in the file. An offset inside a
// variable's value becomes the start of the reference to the variable.
func (e *Entry) offset(inJSON int) int {
	at := inJSON + e.start
	for _, edit := range e.edits {
		if at < edit.start {
			break
		}
		if at < edit.start+len(edit.value) {
			return edit.start
		}
		at += edit.end - edit.start - len(edit.value)
	}
	return at
}
