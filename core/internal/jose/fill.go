package jose

import (
	"bytes"
	"reflect"
	"strconv"
)

// Fill does what [Decode] does with the payload that o indexes. It is several times as fast for structs whose fields
// have the usual types of claims; see [fillKind]. It leaves members that it cannot fill, because of their type or
// value, to encoding/json, all of them in one call on the struct itself. So their values and errors are those of
// encoding/json, and a type's own UnmarshalJSON runs once.
func (o Object) Fill(v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() == reflect.Pointer && !target.IsNil() && pointsToStruct(target.Elem()) {
		fresh := reflect.New(target.Type().Elem().Elem())
		target.Elem().Set(fresh)
		target, v = fresh, fresh.Interface()
	}
	if target.Kind() != reflect.Pointer || target.IsNil() || target.Elem().Kind() != reflect.Struct {
		return Decode(o.document(), v)
	}
	f := fillerOf(target.Type().Elem())
	if f.kind != fillStruct {
		return Decode(o.document(), v)
	}
	rest := o.fill(f, target.Elem())
	if rest == nil {
		return nil
	}
	return decodeOwned(rest, o.data, v)
}

// pointsToStruct reports whether v is a nil pointer for which encoding/json makes a struct.
func pointsToStruct(v reflect.Value) bool {
	return v.Kind() == reflect.Pointer && v.IsNil() && v.Type().Elem().Kind() == reflect.Struct && !DecodesItself(v.Type())
}

// document returns the text that o was read from, or "{}" for an empty object, which does not keep it.
func (o Object) document() []byte {
	if len(o.data) == 0 {
		return []byte("{}")
	}
	return o.data
}

// fill sets the fields that it can and returns a document with the other members, nil if there are none. A member
// whose name differs from a field's only in case belongs to no field and is dropped.
func (o Object) fill(f *filler, into reflect.Value) []byte {
	var rest remainder
	var scratch [64]byte
	var stack [usualMembers]*fillField
	var text texts
	list := stack[:0] // the field of each member, or nil
	for i := range o.members {
		m := &o.members[i]
		field := f.fields.find(m.name(o.data, scratch[:0]))
		if list = append(list, field); field != nil {
			text.expect(field.filler, o.value(m))
		}
	}
	for i, field := range list {
		if m := &o.members[i]; field != nil && !field.set(o.value(m), into, &text) {
			rest.add(o, m)
		}
	}
	return rest.close()
}

// usualMembers is how many members of one object are filled without touching the heap.
const usualMembers = 24

// assignment is a value and the field that it goes to.
type assignment struct {
	field *fillField
	value Value
}

// remainder is a copy of a document in which only the added members are left and all others are blanked out. The
// added members keep their positions, so that the offsets in errors stay right.
type remainder struct {
	data []byte
	end  int // of the last member added
}

func (r *remainder) add(o Object, m *member) {
	if r.data == nil {
		r.data = bytes.Repeat([]byte{' '}, len(o.data))
		r.data[bytes.IndexByte(o.data, '{')] = '{'
	} else {
		r.data[r.end] = ',' // the original has at least a comma between two members
	}
	r.end = int(m.end)
	quote := m.nameStart - 1
	copy(r.data[quote:m.end], o.data[quote:m.end])
}

func (r *remainder) close() []byte {
	if r.data != nil {
		r.data[r.end] = '}' // the original has at least a brace after the last member
	}
	return r.data
}

func (f *fillField) set(v Value, parent reflect.Value, text *texts) bool {
	if f.filler.kind == fillNever {
		return false
	}
	if len(f.index) == 1 {
		return f.filler.set(v, parent.Field(f.index[0]), text)
	}
	return f.filler.set(v, parent.FieldByIndex(f.index), text)
}

// set stores v in into as encoding/json does. If it returns false, into is unchanged or holds a part of v, and
// encoding/json must store v again. The result is then the same as without set, because set calls no methods of the
// program's types.
func (f *filler) set(v Value, into reflect.Value, text *texts) bool {
	if f.kind == fillOwn {
		return f.own(v, into)
	}
	if v.Kind() == KindNull {
		return f.setNull(into)
	}
	switch f.kind {
	case fillStruct:
		return f.setStruct(v, into)
	case fillPointer:
		return f.setPointer(v, into, text)
	case fillSlice:
		return f.setSlice(v, into)
	case fillArray:
		return f.setArray(v, into)
	case fillText:
		s, ok := text.read(v)
		if ok {
			into.SetString(s)
		}
		return ok
	case fillBool:
		b, ok := v.Bool()
		if ok {
			into.SetBool(b)
		}
		return ok
	case fillInt, fillUint, fillFloat, fillNumber:
		return v.Kind() == KindNumber && f.setNumber(v, into)
	default:
		return false
	}
}

// setNull sets into to nil if its type allows, and otherwise leaves it alone, as encoding/json does.
func (f *filler) setNull(into reflect.Value) bool {
	switch f.kind {
	case fillNever:
		return false
	case fillPointer, fillSlice:
		into.SetZero()
	default:
	}
	return true
}

func (f *filler) setStruct(v Value, into reflect.Value) bool {
	if v.Kind() != KindObject {
		return false
	}
	var scratch [64]byte
	var stack [usualMembers]assignment
	var text texts
	list := stack[:0]
	c := cursor{data: v.raw}
	for c.open(); c.more(); {
		name, value := c.name(), Value{raw: c.skip()}
		if c.fault {
			return false
		}
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _ = appendText(scratch[:0], name) // validated before
		}
		if field := f.fields.find(name); field != nil {
			list = append(list, assignment{field, value})
			text.expect(field.filler, value)
		}
	}
	for _, a := range list {
		if !a.field.set(a.value, into, &text) {
			return false
		}
	}
	return !c.fault
}

func (f *filler) setPointer(v Value, into reflect.Value, text *texts) bool {
	if !into.IsNil() {
		return false
	}
	fresh := reflect.New(into.Type().Elem())
	if !f.elem.set(v, fresh.Elem(), text) {
		return false
	}
	into.Set(fresh)
	return true
}

func (f *filler) setSlice(v Value, into reflect.Value) bool {
	if v.Kind() != KindArray || !into.IsNil() {
		return false
	}
	n := 0
	var text texts
	for e := range v.Elements() {
		text.expect(f.elem, e)
		n++
	}
	if n == 0 {
		into.Set(reflect.MakeSlice(into.Type(), 0, 0)) // not nil
		return true
	}
	into.Grow(n)
	into.SetLen(n)
	i := 0
	for e := range v.Elements() {
		if !f.elem.set(e, into.Index(i), &text) {
			into.SetZero() // as it was
			return false
		}
		i++
	}
	return true
}

// setArray drops elements beyond the length of the array and zeroes the missing ones.
func (f *filler) setArray(v Value, into reflect.Value) bool {
	if v.Kind() != KindArray {
		return false
	}
	i := 0
	var text texts
	for e := range v.Elements() {
		if i == into.Len() {
			break
		}
		if !f.elem.set(e, into.Index(i), &text) {
			return false
		}
		i++
	}
	for ; i < into.Len(); i++ {
		into.Index(i).SetZero()
	}
	return true
}

func (f *filler) setNumber(v Value, into reflect.Value) bool {
	switch f.kind {
	case fillFloat:
		n, err := strconv.ParseFloat(string(v.raw), into.Type().Bits())
		if err == nil {
			into.SetFloat(n)
		}
		return err == nil
	case fillInt:
		n, ok := integer(v.raw)
		if !ok || into.OverflowInt(n) {
			return false
		}
		into.SetInt(n)
		return true
	case fillUint:
		n, err := strconv.ParseUint(string(v.raw), 10, 64)
		if err != nil || into.OverflowUint(n) {
			return false
		}
		into.SetUint(n)
		return true
	default:
		into.SetString(string(v.raw)) // a json.Number keeps the digits as they are
		return true
	}
}
