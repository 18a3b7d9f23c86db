package jose

// cursor steps through JSON that was validated before, without checking it again. On invalid JSON it stops with fault
// set; it never reads out of bounds.
type cursor struct {
	data  []byte
	pos   int
	comma int // where the comma before the current item is, or -1
	fault bool
}

// open steps into the object or array at the cursor.
func (c *cursor) open() {
	c.pos++
	c.comma = -1
}

// more steps to the next item of the open object or array and returns true. At the end it steps over the closing
// bracket and returns false.
func (c *cursor) more() bool {
	c.space()
	c.comma = -1
	if c.peek() == ',' {
		c.comma = c.pos
		c.pos++
		c.space()
	}
	switch c.peek() {
	case '}', ']':
		c.pos++
		return false
	case 0:
		c.fault = true
		return false
	}
	return true
}

// name reads the name of the member at the cursor, between its quotes, and steps to the value.
func (c *cursor) name() []byte {
	if c.peek() != '"' {
		c.fault = true
		return nil
	}
	quoted := c.skip()
	c.space()
	if c.peek() != ':' || len(quoted) < 2 {
		c.fault = true
		return nil
	}
	c.pos++
	c.space()
	return quoted[1 : len(quoted)-1]
}

// skip steps over the value at the cursor and returns its bytes.
func (c *cursor) skip() []byte {
	start := c.pos
	switch c.peek() {
	case '"':
		c.skipText()
	case '{', '[':
		c.skipNested()
	default:
		for c.pos < len(c.data) && !endsScalar(c.data[c.pos]) {
			c.pos++
		}
	}
	if c.pos == start {
		c.fault = true
	}
	return c.data[start:c.pos:c.pos]
}

func endsScalar(c byte) bool { return isSpace(c) || c == ',' || c == ']' || c == '}' }

func (c *cursor) skipText() {
	for c.pos++; c.pos < len(c.data); c.pos++ {
		if c.pos += plainPrefix(c.data[c.pos:]); c.pos == len(c.data) {
			break
		}
		switch c.data[c.pos] {
		case '\\':
			c.pos++
		case '"':
			c.pos++
			return
		}
	}
	c.pos = len(c.data)
	c.fault = true
}

func (c *cursor) skipNested() {
	for depth := 0; c.pos < len(c.data); {
		switch c.data[c.pos] {
		case '"':
			c.skipText()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.pos++
		if depth == 0 {
			return
		}
	}
	c.fault = true
}

func (c *cursor) space() {
	for c.pos < len(c.data) && isSpace(c.data[c.pos]) {
		c.pos++
	}
}

func (c *cursor) peek() byte {
	if c.pos < len(c.data) {
		return c.data[c.pos]
	}
	return 0
}
