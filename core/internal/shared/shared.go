// Package shared keeps one copy of values that are equal and do not change.
//
// A service has as many contracts as customers, and those of one identity provider differ in little more than their
// issuer. What they have in common takes several times as many bytes as what they do not.
package shared

import (
	"encoding/json"
	"hash/maphash"
	"reflect"
	"runtime"
	"sync"
	"weak"
)

// Made is a value with what it was made of. Neither may be modified.
type Made[S, T any] struct {
	Source S
	Value  T
}

// Table holds the values of one kind that are in use. The zero Table is ready. It is safe for concurrent use.
type Table[S, T any] struct {
	mu   sync.Mutex
	seed maphash.Seed
	made map[uint64]weak.Pointer[Made[S, T]] // weak: a value goes with the last contract that uses it
}

// Use returns what is in use with an equal source, or source and value. What it returns is in use as long as the
// caller keeps the pointer, not only what it points to. Sources are equal if [reflect.DeepEqual] says so;
// one that JSON cannot write is not shared.
func (t *Table[S, T]) Use(source S, value T) *Made[S, T] {
	own := &Made[S, T]{source, value}
	text, err := json.Marshal(source)
	if err != nil {
		return own
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made == nil {
		t.seed, t.made = maphash.MakeSeed(), map[uint64]weak.Pointer[Made[S, T]]{}
	}
	hash := maphash.Bytes(t.seed, text)
	known := t.made[hash].Value()
	switch {
	case known == nil:
		t.made[hash] = weak.Make(own)
		runtime.AddCleanup(own, t.drop, hash)
	case reflect.DeepEqual(known.Source, source): // JSON writes some values alike that differ, such as broken UTF-8
		return known
	}
	return own
}

// drop forgets a value that is no longer in use.
func (t *Table[S, T]) drop(hash uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made[hash].Value() == nil { // an equal one may be in use by now
		delete(t.made, hash)
	}
}

// Len returns the number of values in use.
func (t *Table[S, T]) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.made)
}
