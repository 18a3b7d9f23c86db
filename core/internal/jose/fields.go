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
	name   string
	typ    reflect.Type
	depth  int
	tagged bool
}

// fieldTypes returns the types of the fields that encoding/json fills, by member name. The rules are those of
// encoding/json: tags name fields, embedded structs are promoted, the shallowest wins, then the tagged one, and a tie
// hides them all. The set must be exact: a name too many would let through what encoding/json folds into another.
func fieldTypes(t reflect.Type) map[string]reflect.Type {
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
	types := make(map[string]reflect.Type, len(fields))
	for i := 0; i < len(fields); {
		end := i + 1
		for end < len(fields) && fields[end].name == fields[i].name {
			end++
		}
		tie := end > i+1 && fields[i].depth == fields[i+1].depth && fields[i].tagged == fields[i+1].tagged
		if !tie {
			types[fields[i].name] = fields[i].typ
		}
		i = end
	}
	return types
}

// candidates collects fields level by level, each struct type once.
func candidates(t reflect.Type) []field {
	var fields []field
	next := map[reflect.Type]int{t: 1} // how often each type is embedded at this level
	visited := map[reflect.Type]bool{}
	for depth := 0; len(next) > 0; depth++ {
		current := next
		next = map[reflect.Type]int{}
		for typ, count := range current {
			if visited[typ] {
				continue
			}
			visited[typ] = true
			for i := range typ.NumField() {
				structField := typ.Field(i)
				name, tagged, embedded := memberName(structField)
				switch {
				case embedded != nil:
					next[embedded]++
				case name != "":
					f := field{name: name, typ: structField.Type, depth: depth, tagged: tagged}
					fields = append(fields, f)
					if count > 1 { // embedded twice: a tie with itself
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
