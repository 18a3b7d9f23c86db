// Package shared keeps a single copy of immutable values that are equal.
//
// A service may have a contract for each of its customers. Contracts of one identity provider differ in little more
// than their issuer, and the parts that they have in common take several times as many bytes as those that differ.
package shared

import (
	"encoding/json"
	"hash/maphash"
	"reflect"
	"runtime"
	"sync"
	"weak"
)

// Made is a value together with the source that it was made from. Neither may be modified.
type Made[S, T any] struct {
	Source S
	Value  T
}

// Table holds the values of one kind that are in use. The zero Table is ready. It is safe for concurrent use.
type Table[S, T any] struct {
	mu   sync.Mutex
	seed maphash.Seed
	made map[uint64]weak.Pointer[Made[S, T]] // weak: a value is collected with the last contract that uses it
}

// Use returns the entry in the table with an equal source or, if there is none, adds source and value to the table
// and returns them. The entry stays in the table as long as callers keep the returned pointer itself; keeping only
// the value is not enough. Sources are compared with [reflect.DeepEqual]. A source that encoding/json cannot write is
// not shared.
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
	case reflect.DeepEqual(known.Source, source): // different values may have the same JSON, such as invalid UTF-8
		return known
	}
	return own
}

// drop removes a value that is no longer in use.
func (t *Table[S, T]) drop(hash uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.made[hash].Value() == nil { // an equal value may have been added since
		delete(t.made, hash)
	}
}

// Len returns the number of values in use.
func (t *Table[S, T]) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.made)
}
