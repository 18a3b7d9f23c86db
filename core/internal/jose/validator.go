package jose

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// validator checks one JSON document strictly (RFC 8259), in one pass and without building values.
type validator struct {
	data  []byte
	pos   int
	depth int // levels left
	room  int // members and elements left
}

// peek returns the next byte, or zero at the end: a zero byte is legal nowhere.
func (p *validator) peek() byte {
	if p.pos < len(p.data) {
		return p.data[p.pos]
	}
	return 0
}

func (p *validator) space() {
	for p.pos < len(p.data) && isSpace(p.data[p.pos]) {
		p.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// value reads any value. stack has the members of the enclosing objects; value may append to it, and the caller's
// slice stays as it was. It is a parameter, not a field, because a slice behind a pointer would move to the heap.
func (p *validator) value(stack []member) error {
	switch c := p.peek(); c {
	case '"':
		_, err := p.text()
		return err
	case '{':
		_, err := p.object(stack)
		return err
	case '[':
		return p.array(stack)
	case 't':
		return p.literal("true")
	case 'f':
		return p.literal("false")
	case 'n':
		return p.literal("null")
	default:
		if c == '-' || isDigit(c) {
			return p.number()
		}
		return errSyntax
	}
}

// object reads an object and pushes its members onto stack.
func (p *validator) object(stack []member) ([]member, error) {
	if p.depth == 0 {
		return nil, errDepth
	}
	p.depth--
	p.pos++ // '{'
	base := len(stack)
	var seen nameFilter
	p.space()
	for more := p.peek() != '}'; more; {
		if p.room == 0 {
			return nil, errMembers
		}
		p.room--
		stack = append(stack, member{})
		err := p.member(&stack[len(stack)-1], stack)
		if err != nil {
			return nil, err
		}
		if names := stack[base:]; len(names) <= linearNames && lastRepeated(p.data, names, &seen) {
			return nil, errDuplicate
		}
		if more, err = p.separator('}'); err != nil {
			return nil, err
		}
	}
	p.pos++ // '}'
	p.depth++
	if names := stack[base:]; len(names) > linearNames && anyRepeated(p.data, names) {
		return nil, errDuplicate
	}
	return stack, nil
}

// member reads a member of an object into m.
func (p *validator) member(m *member, stack []member) error {
	if p.peek() != '"' {
		return errSyntax
	}
	nameStart := p.pos + 1
	escaped, err := p.text()
	if err != nil {
		return err
	}
	name := p.data[nameStart : p.pos-1]
	m.nameStart, m.nameEnd = offset(nameStart), offset(p.pos-1)
	m.escaped, m.fingerprint = escaped, fingerprint(name)
	p.space()
	if p.peek() != ':' {
		return errSyntax
	}
	p.pos++
	p.space()
	m.start = offset(p.pos)
	if err := p.value(stack); err != nil {
		return err
	}
	m.end = offset(p.pos)
	return nil
}

func (p *validator) array(stack []member) error {
	if p.depth == 0 {
		return errDepth
	}
	p.depth--
	p.pos++ // '['
	p.space()
	for more := p.peek() != ']'; more; {
		if p.room == 0 {
			return errMembers
		}
		p.room--
		err := p.value(stack)
		if err != nil {
			return err
		}
		if more, err = p.separator(']'); err != nil {
			return err
		}
	}
	p.pos++ // ']'
	p.depth++
	return nil
}

// separator steps over a comma to what follows it, or stops at the closing bracket.
func (p *validator) separator(closing byte) (more bool, err error) {
	p.space()
	switch p.peek() {
	case ',':
		p.pos++
		p.space()
		return true, nil
	case closing:
		return false, nil
	default:
		return false, errSyntax
	}
}

func (p *validator) literal(word string) error {
	end := p.pos + len(word)
	if end > len(p.data) || string(p.data[p.pos:end]) != word {
		return errLiteral
	}
	p.pos = end
	return nil
}

// number follows the grammar of RFC 8259 §6.
func (p *validator) number() error {
	if p.peek() == '-' {
		p.pos++
	}
	if p.peek() == '0' {
		p.pos++
		if isDigit(p.peek()) {
			return errNumber // leading zero
		}
	} else if !p.digits() {
		return errNumber
	}
	if p.peek() == '.' {
		p.pos++
		if !p.digits() {
			return errNumber
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return errNumber
		}
	}
	return nil
}

func (p *validator) digits() bool {
	start := p.pos
	for p.pos < len(p.data) && isDigit(p.data[p.pos]) {
		p.pos++
	}
	return p.pos > start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// text reads a string (RFC 8259 §7) and reports whether it holds escapes.
func (p *validator) text() (escaped bool, err error) {
	i := p.pos + 1 // '"'
	for {
		i += plainPrefix(p.data[i:])
		if i >= len(p.data) {
			return false, errString
		}
		switch c := p.data[i]; {
		case c == '"':
			p.pos = i + 1
			return escaped, nil
		case c == '\\':
			_, size, err := unescape(p.data[i:])
			if err != nil {
				return false, err
			}
			escaped = true
			i += size
		case c < 0x20:
			return false, errControl
		default:
			r, size := utf8.DecodeRune(p.data[i:])
			if r == utf8.RuneError && size == 1 {
				return false, errUTF8 // RFC 8259 §8.1
			}
			i += size
		}
	}
}

// plainPrefix returns how many bytes at the start of s are printable ASCII, neither quote nor backslash. It tests
// eight bytes at a time: a lane's top bit is set where the byte is special, and borrows only disturb later lanes.
func plainPrefix(s []byte) int {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
	)
	n := 0
	for ; len(s)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(s[n:])
		quote, slash := x^(ones*'"'), x^(ones*'\\')
		special := (x | (x - ones*0x20) | (quote-ones)&^quote | (slash-ones)&^slash) & high
		if special != 0 {
			return n + bits.TrailingZeros64(special)/8
		}
	}
	for n < len(s) && s[n] >= 0x20 && s[n] < utf8.RuneSelf && s[n] != '"' && s[n] != '\\' {
		n++
	}
	return n
}
