package jose

import (
	"bytes"
	"strings"
)

const (
	// maxSharedText is the length up to which a text shares its memory with others.
	maxSharedText = 128
	// textBlock bounds what a text keeps alive of others that nobody uses any more.
	textBlock = 1024
)

// texts puts the short strings of one struct or list next to each other: one piece of memory for all of them costs less
// than one for each.
type texts struct {
	block strings.Builder
	need  int // bytes of those that are still to come
}

// expect counts v, which goes to f.
func (t *texts) expect(f *filler, v Value) {
	if f.kind == fillPointer {
		f = f.elem
	}
	if n := len(v.raw) - 2; f.kind == fillText && v.Kind() == KindString && n <= maxSharedText {
		t.need += n
	}
}

// read does what [Value.Text] does.
func (t *texts) read(v Value) (string, bool) {
	inside, ok := v.inside()
	if len(inside) == 0 || len(inside) > min(t.need, maxSharedText) {
		return v.Text()
	}
	if t.block.Cap()-t.block.Len() < len(inside) {
		t.block = strings.Builder{}
		t.block.Grow(min(t.need, textBlock))
	}
	t.need -= len(inside)
	start := t.block.Len()
	if bytes.IndexByte(inside, '\\') >= 0 {
		var scratch [maxSharedText]byte // escapes make a text longer, never shorter
		if inside, ok = appendText(scratch[:0], inside); !ok {
			return "", false
		}
	}
	t.block.Write(inside)
	return t.block.String()[start:], ok
}
