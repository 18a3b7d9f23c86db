package jose

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// field is one candidate for a member name.
type field struct {
	name    string
	typ     reflect.Type
	index   []int // for reflect.Value.FieldByIndex
	depth   int
	tagged  bool
	quoted  bool // its tag has the option "string"
	pointer bool // promoted through an embedded pointer
}

// fieldsOf returns the fields that encoding/json fills, by member name. It follows the rules of encoding/json: tags
// name fields, embedded structs are promoted, the shallowest field wins, then the tagged one, and a tie hides all of
// them. The set must be exact: with a name too many, a member would get through that encoding/json matches to another
// field by ignoring case.
func fieldsOf(t reflect.Type) map[string]field {
	fields := candidates(t)
	slices.SortStableFunc(fields, func(a, b field) int {
		if c := cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.depth, b.depth)); c != 0 {
			return c
		}
		switch {
		case a.tagged == b.tagged:
			return 0
		case a.tagged:
			return -1
		default:
			return 1
		}
	})
	known := make(map[string]field, len(fields))
	for i := 0; i < len(fields); {
		end := i + 1
		for end < len(fields) && fields[end].name == fields[i].name {
			end++
		}
		tie := end > i+1 && fields[i].depth == fields[i+1].depth && fields[i].tagged == fields[i+1].tagged
		if !tie {
			known[fields[i].name] = fields[i]
		}
		i = end
	}
	return known
}

// embedding is a struct type whose fields are promoted.
type embedding struct {
	index   []int
	count   int // how often it is embedded at its level
	pointer bool
}

// candidates collects fields level by level, each struct type once.
func candidates(t reflect.Type) []field {
	var fields []field
	next := map[reflect.Type]embedding{t: {count: 1}}
	visited := map[reflect.Type]bool{}
	for depth := 0; len(next) > 0; depth++ {
		current := next
		next = map[reflect.Type]embedding{}
		for typ, parent := range current {
			if visited[typ] {
				continue
			}
			visited[typ] = true
			for i := range typ.NumField() {
				structField := typ.Field(i)
				index := append(slices.Clone(parent.index), i)
				name, tagged, embedded := memberName(structField)
				switch {
				case embedded != nil:
					next[embedded] = embedding{
						index:   index,
						count:   next[embedded].count + 1,
						pointer: parent.pointer || structField.Type.Kind() == reflect.Pointer,
					}
				case name != "":
					_, options, _ := strings.Cut(structField.Tag.Get("json"), ",")
					f := field{
						name:    name,
						typ:     structField.Type,
						index:   index,
						depth:   depth,
						tagged:  tagged,
						quoted:  slices.Contains(strings.Split(options, ","), "string"),
						pointer: parent.pointer,
					}
					fields = append(fields, f)
					if parent.count > 1 { // embedded twice: a tie with itself
						fields = append(fields, f)
					}
				}
			}
		}
	}
	return fields
}

// memberName returns the member name of a field, or the struct to promote instead, or neither if it is ignored.
func memberName(f reflect.StructField) (name string, tagged bool, embedded reflect.Type) {
	if !f.IsExported() && !f.Anonymous {
		return "", false, nil
	}
	tag := f.Tag.Get("json")
	if tag == "-" {
		return "", false, nil
	}
	name, _, _ = strings.Cut(tag, ",")
	if !validTag(name) {
		name = ""
	}
	typ := f.Type
	if f.Anonymous {
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if !f.IsExported() && typ.Kind() != reflect.Struct {
			return "", false, nil
		}
		if name == "" && typ.Kind() == reflect.Struct {
			return "", false, typ
		}
	}
	if name == "" {
		return f.Name, false, nil
	}
	return name, true, nil
}

// validTag reports whether encoding/json takes name from a tag.
func validTag(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}
