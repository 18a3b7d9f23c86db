package faults

import (
	"fmt"
	"strings"
	"unicode"
)

// Names maps the name of a field in the code to the name that errors and warnings
// use for it. A field that is absent, or whose name is "", keeps the name that it
// has in the code. "Audiences[]" stands for every entry of Audiences, for entries
// that all come from one field.
type Names map[string]string

// Of returns the name to use for a field, or for an entry or a member of one:
// with {"Audiences": "Audience"}, Audiences[1] becomes Audience[1]. field may be
// several fields separated by commas.
func (n Names) Of(field string) string {
	if name := n[field]; name != "" {
		return name
	}
	if strings.Contains(field, ", ") {
		parts := strings.Split(field, ", ")
		for i, part := range parts {
			parts[i] = n.Of(part)
		}
		return strings.Join(parts, ", ")
	}
	for end := strings.LastIndexAny(field, "[."); end > 0; end = strings.LastIndexAny(field[:end], "[.") {
		if name := n[field[:end]+"[]"]; name != "" && field[end] == '[' {
			return name
		}
		if name := n[field[:end]]; name != "" {
			return name + field[end:]
		}
	}
	return field
}

// sentence is a text that mentions fields. The names are at the odd indexes, the
// text between them at the even ones.
type sentence []string

// compose fills args into format, in which a field is written {FieldName}: in
// braces, with an upper-case initial. Braces in args are left alone.
func compose(names Names, format string, args ...any) sentence {
	var s sentence
	fill := func(format string) string {
		verbs := min(strings.Count(strings.ReplaceAll(format, "%%", ""), "%"), len(args))
		text := fmt.Sprintf(format, args[:verbs]...)
		args = args[verbs:]
		return text
	}
	for {
		before, field, after, found := cutField(format)
		s = append(s, fill(before))
		if !found {
			return s
		}
		s = append(s, names.Of(field))
		format = after
	}
}

// cutField finds the first {FieldName}. Issuer templates have braces too, around
// a claim in lower case.
func cutField(format string) (before, field, after string, found bool) {
	for start := 0; ; {
		open := strings.IndexByte(format[start:], '{')
		if open < 0 {
			return format, "", "", false
		}
		start += open + 1
		name, rest, closed := strings.Cut(format[start:], "}")
		letters := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if closed && letters < 0 && name != "" && unicode.IsUpper(rune(name[0])) {
			return format[:start-1], name, rest, true
		}
	}
}

func (s sentence) text() string { return strings.Join(s, "") }

func (s sentence) fields() []string {
	var fields []string
	for i := 1; i < len(s); i += 2 {
		fields = append(fields, s[i])
	}
	return fields
}

// under returns the sentence with the fields renamed.
func (s sentence) under(names Names) sentence {
	renamed := append(sentence(nil), s...)
	for i := 1; i < len(s); i += 2 {
		renamed[i] = names.Of(s[i])
	}
	return renamed
}

// Phrase names the fields in format, which are written {FieldName}.
func Phrase(names Names, format string) string { return compose(names, format).text() }

// Remedies joins clauses such as "set {Audiences}", with the fields renamed. It
// leaves out a clause that mentions a field whose name is "": the configuration
// does not have the field.
func Remedies(names Names, clauses ...string) string {
	var b strings.Builder
	for _, clause := range clauses {
		s := compose(nil, clause)
		if names.lackAny(s.fields()) {
			continue
		}
		text := s.under(names).text()
		if b.Len() > 0 {
			b.WriteString(", or ")
			text = strings.TrimPrefix(text, "set ")
		}
		b.WriteString(text)
	}
	return b.String()
}

func (n Names) lackAny(fields []string) bool {
	for _, field := range fields {
		if name, ok := n[field]; ok && name == "" {
			return true
		}
	}
	return false
}
