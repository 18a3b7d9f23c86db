package jose

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Fill does what [Decode] does with the payload that o indexes, several times as fast for structs of strings, numbers,
// booleans, slices of these and pointers to such structs, which is what claims are. Whatever else it meets, a field of
// another type or a value that does not fit, is left to Decode, so that results and errors are the same.
func (o Object) Fill(v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() || target.Elem().Kind() != reflect.Struct {
		return Decode(o.document(), v)
	}
	p := fillPlanOf(target.Type().Elem())
	if p == nil || !p.fill(o, target.Elem()) {
		return Decode(o.document(), v)
	}
	return nil
}

// document is what o was read from; an empty object keeps nothing of it.
func (o Object) document() []byte {
	if len(o.data) == 0 {
		return []byte("{}")
	}
	return o.data
}

// fillPlan says how to fill a struct, by member name. It is immutable.
type fillPlan struct{ fields map[string]fillField }

type fillField struct {
	index []int
	kind  reflect.Kind // Invalid: left to Decode
	elem  reflect.Kind // of a slice
	plan  *fillPlan    // of a pointer to a struct
}

var fillPlans sync.Map //nolint:gochecknoglobals // memo of a pure function, map[reflect.Type]*fillPlan

func fillPlanOf(t reflect.Type) *fillPlan {
	if known, ok := fillPlans.Load(t); ok {
		if p, ok := known.(*fillPlan); ok {
			return p
		}
	}
	p := &fillPlan{fields: map[string]fillField{}}
	if decodesItself(reflect.PointerTo(t)) || !p.add(t, nil, 0) {
		p = nil
	}
	fillPlans.Store(t, p)
	return p
}

// maxFillDepth bounds structs in structs: a type may lead to itself.
const maxFillDepth = 4

// add collects the fields of t. It is false if names compete, or an embedded pointer may have to be made: then the rules
// of encoding/json decide.
func (p *fillPlan) add(t reflect.Type, index []int, depth int) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, embedded := memberName(f)
		at := append(slices.Clone(index), i)
		switch {
		case embedded != nil:
			if f.Type.Kind() != reflect.Struct || !f.IsExported() || decodesItself(reflect.PointerTo(f.Type)) || !p.add(f.Type, at, depth) {
				return false
			}
		case name != "":
			if _, twice := p.fields[name]; twice {
				return false
			}
			p.fields[name] = fillFieldOf(f, at, depth)
		}
	}
	return true
}

func fillFieldOf(f reflect.StructField, index []int, depth int) fillField {
	out := fillField{index: index}
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if strings.Contains(options, "string") || decodesItself(f.Type) || decodesItself(reflect.PointerTo(f.Type)) {
		return out
	}
	switch k := f.Type.Kind(); {
	case isScalar(k):
		out.kind = k
	case k == reflect.Slice && isScalar(f.Type.Elem().Kind()) && f.Type.Elem().Kind() != reflect.Uint8 && !decodesItself(reflect.PointerTo(f.Type.Elem())):
		out.kind, out.elem = k, f.Type.Elem().Kind()
	case k == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct && depth < maxFillDepth:
		p := &fillPlan{fields: map[string]fillField{}}
		if p.add(f.Type.Elem(), nil, depth+1) {
			out.kind, out.plan = k, p
		}
	}
	return out
}

func isScalar(k reflect.Kind) bool {
	return k == reflect.String || k == reflect.Bool || k == reflect.Float64 || k >= reflect.Int && k <= reflect.Int64 ||
		k >= reflect.Uint && k <= reflect.Uint64
}

// fill is false where Decode has to do it all.
func (p *fillPlan) fill(o Object, into reflect.Value) bool {
	var scratch [64]byte
	for i := range o.members {
		m := &o.members[i]
		f, known := p.fields[string(m.name(o.data, scratch[:0]))]
		if !known {
			continue // also a name in another case: it is another name
		}
		if !f.set(o.value(m), into.FieldByIndex(f.index)) {
			return false
		}
	}
	return true
}

func (f *fillField) set(v Value, field reflect.Value) bool {
	if f.kind == reflect.Invalid || v.Kind() == KindNull {
		return field.CanAddr() && Decode(v.raw, field.Addr().Interface()) == nil
	}
	switch f.kind {
	case reflect.Slice:
		return f.setSlice(v, field)
	case reflect.Pointer:
		if !field.IsNil() || v.Kind() != KindObject {
			return false
		}
		o, ok := v.Object()
		fresh := reflect.New(field.Type().Elem())
		if !ok || !f.plan.fill(o, fresh.Elem()) {
			return false
		}
		field.Set(fresh)
		return true
	default:
		return setScalar(f.kind, v, field)
	}
}

func (f *fillField) setSlice(v Value, field reflect.Value) bool {
	if v.Kind() != KindArray || !field.IsNil() {
		return false
	}
	n := 0
	for range v.Elements() {
		n++
	}
	list := reflect.MakeSlice(field.Type(), n, n)
	i := 0
	for e := range v.Elements() {
		if !setScalar(f.elem, e, list.Index(i)) {
			return false
		}
		i++
	}
	field.Set(list)
	return true
}

func setScalar(kind reflect.Kind, v Value, field reflect.Value) bool {
	switch kind {
	case reflect.String:
		text, ok := v.Text()
		if ok {
			field.SetString(text)
		}
		return ok
	case reflect.Bool:
		b, ok := v.Bool()
		if ok {
			field.SetBool(b)
		}
		return ok
	default:
		return v.Kind() == KindNumber && setNumber(kind, v, field)
	}
}

func setNumber(kind reflect.Kind, v Value, field reflect.Value) bool {
	switch {
	case kind == reflect.Float64:
		n, err := strconv.ParseFloat(string(v.raw), 64)
		if err == nil {
			field.SetFloat(n)
		}
		return err == nil
	case field.CanInt():
		n, err := strconv.ParseInt(string(v.raw), 10, 64)
		if err != nil || field.OverflowInt(n) {
			return false
		}
		field.SetInt(n)
		return true
	default:
		n, err := strconv.ParseUint(string(v.raw), 10, 64)
		if err != nil || field.OverflowUint(n) {
			return false
		}
		field.SetUint(n)
		return true
	}
}
