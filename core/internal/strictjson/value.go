package strictjson

import "encoding/json"

// Value is one value of a document, with its position.
type Value struct {
	data []byte
	node *node
}

// Member is one member of an object.
type Member struct {
	Name  string
	Start int // the offset of the name
	Value Value
}

// Root returns the document's object.
func (d *Document) Root() Value { return Value{d.data, &d.root} }

// Start returns the offset of the value's first byte.
func (v Value) Start() int { return v.node.start }

// End returns the offset after the value's last byte.
func (v Value) End() int { return v.node.end }

// Members returns the members of an object in the order written, nil for any
// other value.
func (v Value) Members() []Member {
	var all []Member
	for i := range v.node.members {
		m := &v.node.members[i]
		all = append(all, Member{m.name, m.start, Value{v.data, &m.node}})
	}
	return all
}

// Elements returns the elements of an array, nil for any other value.
func (v Value) Elements() []Value {
	var all []Value
	for i := range v.node.elements {
		all = append(all, Value{v.data, &v.node.elements[i]})
	}
	return all
}

// Text returns the string that the value is; ok is false if it is not a string.
func (v Value) Text() (text string, ok bool) {
	if v.node.kind != '"' {
		return "", false
	}
	err := json.Unmarshal(v.data[v.node.start:v.node.end], &text)
	return text, err == nil
}

// Describe names the kind of the value for an error: "an array", "a string".
func (v Value) Describe() string { return v.node.inWords() }

// IsObject reports whether the value is an object.
func (v Value) IsObject() bool { return v.node.kind == '{' }

// IsArray reports whether the value is an array.
func (v Value) IsArray() bool { return v.node.kind == '[' }
