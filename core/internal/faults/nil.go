package faults

import "reflect"

// IsNil reports a nil interface, and one that holds a nil pointer, function,
// map, channel or slice: calling its methods would panic later.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Interface, reflect.Chan, reflect.Slice:
		return r.IsNil()
	default:
		return false
	}
}
