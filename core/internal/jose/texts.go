package jose

import (
	"bytes"
	"strings"
)

const (
	// maxSharedText is the maximum length of a text that shares memory with others.
	maxSharedText = 128
	// textBlock is the maximum size of shared memory, which a text keeps alive even if the others in it are no longer
	// used.
	textBlock = 1024
)

// texts allocates the short strings of one struct or list together: one allocation costs less than one for each
// string.
type texts struct {
	block strings.Builder
	need  int // bytes of the expected texts that were not read yet
}

// expect announces that read will be called for v, if v is decoded into the type of f.
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
