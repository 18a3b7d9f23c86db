package redisauth

import (
	"cmp"
	"context"
	"fmt"

	"github.com/valkey-io/valkey-go"
)

// readOn fetches the next page while each gets the records of this one.
func (l *Log) readOn(ctx context.Context, after string, each func(string, []byte) error) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	p := l.page(ctx, after)
	for {
		if p.err != nil {
			cancel()
			return after, p.err
		}
		next := make(chan page, 1)
		full := len(p.entries) == pageSize
		if full {
			go func(after string) { next <- l.page(ctx, after) }(p.last())
		}
		var err error
		for i := 0; i < len(p.entries) && err == nil; i++ {
			var record []byte
			after, record = p.entry(i)
			err = each(after, record)
		}
		if err != nil || !full {
			err = cmp.Or(err, ctx.Err())
			cancel()
			if full {
				<-next // no goroutine is left
			}
			return after, err
		}
		p = <-next
	}
}

// page is a part of the stream as the server sent it.
type page struct {
	entries []valkey.ValkeyMessage
	err     error
	buffer  []byte
}

// page returns what follows the id after.
func (l *Log) page(ctx context.Context, after string) page {
	m, err := l.client.Do(ctx, l.client.B().Xread().Count(pageSize).Streams().Key(l.key).
		Id(cmp.Or(after, "0")).Build()).ToMessage()
	switch {
	case valkey.IsValkeyNil(err): // nothing follows
		return page{}
	case err != nil:
		return page{err: fmt.Errorf("redisauth: read the revocation log: %w", err)}
	}
	var p page
	if m.IsMap() { // RESP3
		streams, _ := m.AsMap()
		stream := streams[l.key]
		p.entries, err = stream.ToArray()
	} else {
		p.entries, err = at(at(&m, 0), 1).ToArray()
	}
	if err != nil {
		p.err = fmt.Errorf("redisauth: read the revocation log: %w", err)
	}
	if len(p.entries) > 0 {
		l.saw(p.last())
	}
	return p
}

// entry returns the id and the record of an entry. The record is empty if the entry is malformed; its reader ignores
// it. It is valid until the next call.
func (p *page) entry(i int) (id string, record []byte) {
	id, _ = at(&p.entries[i], 0).ToString()
	fields, _ := at(&p.entries[i], 1).ToArray()
	p.buffer = p.buffer[:0]
	for j := 0; j+1 < len(fields); j += 2 {
		if name, _ := fields[j].ToString(); name == field {
			value, _ := fields[j+1].ToString()
			p.buffer = append(p.buffer, value...)
		}
	}
	return id, p.buffer
}

func (p *page) last() string {
	id, _ := at(&p.entries[len(p.entries)-1], 0).ToString()
	return id
}

// at returns an element of an array.
func at(m *valkey.ValkeyMessage, i int) *valkey.ValkeyMessage {
	elements, err := m.ToArray()
	if err != nil || i >= len(elements) {
		return &valkey.ValkeyMessage{}
	}
	return &elements[i]
}
