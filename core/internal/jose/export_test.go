package jose

import "reflect"

// Source returns the document o indexes.
func (o Object) Source() []byte { return o.data }

// FillLeaves fills v, a pointer to a struct, as far as Fill does without encoding/json, and returns what is left to it:
// a document, or nil. It is false if Fill leaves the whole type to encoding/json.
func FillLeaves(o Object, v any) (rest []byte, fills bool) {
	target := reflect.ValueOf(v).Elem()
	f := fillerOf(target.Type())
	if f.kind != fillStruct {
		return nil, false
	}
	return o.fill(f, target), true
}
