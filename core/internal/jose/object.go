package jose

import (
	"bytes"
	"iter"
	"math"
)

// Object is a read-only index of the members of a JSON object, in the order written. It aliases the bytes it was
// made from. The zero value is empty.
type Object struct {
	data    []byte
	members []member
}

// member locates one member inside the document; name bounds exclude the quotes.
type member struct {
	nameStart, nameEnd int32
	start, end         int32
	escaped            bool  // the name holds escapes
	fingerprint        uint8 // of the name as it is written
}

// offset narrows a position; ParseObject refuses documents that do not fit.
func offset(i int) int32 {
	return int32(i) //nolint:gosec // bounded by the check in ParseObject
}

// name returns the decoded name. If the name has escapes, the result is written to scratch.
func (m *member) name(data, scratch []byte) []byte {
	name := data[m.nameStart:m.nameEnd]
	if !m.escaped {
		return name
	}
	name, _ = appendText(scratch, name) // validated before
	return name
}

// ParseObject reads one JSON object with nothing after it but whitespace, as strictly as RFC 8259 and RFC 7519 §4
// allow: unique member names at every depth, whole surrogate pairs, valid UTF-8. The result aliases data, which must
// not be modified afterwards.
func ParseObject(data []byte, limits Limits) (Object, error) {
	if len(data) > math.MaxInt32 {
		return Object{}, errTooLong
	}
	var scratch [40]member // enough for most tokens without touching the heap
	p := validator{data: data, depth: limits.depth(), room: limits.members()}
	p.space()
	if p.peek() != '{' {
		if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) { // RFC 8259 §8.1
			return Object{}, errBOM
		}
		return Object{}, errNotObject
	}
	found, err := p.object(scratch[:0])
	if err != nil {
		return Object{}, err
	}
	p.space()
	if p.pos < len(data) {
		return Object{}, errTrailing
	}
	if len(found) == 0 {
		return Object{}, nil
	}
	members := make([]member, len(found)) // a copy of the exact size: found may be on the stack
	copy(members, found)
	return Object{data: data, members: members}, nil
}

// Lookup returns the member called name, compared exactly, escapes in the document's names resolved (RFC 7519 §4,
// RFC 8259 §8.3).
func (o Object) Lookup(name string) (Value, bool) {
	mark := fingerprint(name)
	for i := range o.members {
		m := &o.members[i]
		if m.fingerprint != mark && !m.escaped { // most are, and comparing them would cost more
			continue
		}
		written := o.data[m.nameStart:m.nameEnd]
		if m.escaped && textEquals(written, name) || !m.escaped && string(written) == name {
			return o.value(m), true
		}
	}
	return Value{}, false
}

// All iterates over the members in the order written.
func (o Object) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for i := range o.members {
			m := &o.members[i]
			if !yield(string(m.name(o.data, nil)), o.value(m)) {
				return
			}
		}
	}
}

// Size returns how many bytes the document and its index take.
func (o Object) Size() int {
	const bytesPerMember = 20
	return cap(o.data) + cap(o.members)*bytesPerMember
}

// Len returns the number of members.
func (o Object) Len() int { return len(o.members) }

func (o Object) value(m *member) Value { return Value{raw: o.data[m.start:m.end:m.end]} }
