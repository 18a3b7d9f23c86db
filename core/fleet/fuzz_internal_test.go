package fleet

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/test"
)

// FuzzRecord: a record reads back as what was written, and no other bytes are a record: a foreign text, or one
// flipped bit.
func FuzzRecord(f *testing.F) {
	f.Add(byte(recordEntries), uint64(1), uint64(1), []byte("0123456789abcdef"), uint16(0))
	f.Add(byte(recordCover), uint64(1<<63), uint64(7), bytes.Repeat([]byte("0123456789abcdef"), 6), uint16(300))
	f.Add(byte(recordBeat), uint64(0), uint64(0), []byte{}, uint16(65535))
	keys := newKeyring(bytes.Repeat([]byte("s"), 32), "fuzz")
	foreign := newKeyring(bytes.Repeat([]byte("s"), 32), "another fleet")
	f.Fuzz(func(t *testing.T, kind byte, writer, seq uint64, body []byte, bit uint16) {
		test.Bounded(t, len(body), 4<<10, 8, func() { keys.open(body, new(record)) })
		var none record
		if keys.open(body, &none) {
			t.Fatalf("%x passes for a record", body)
		}
		want := record{kind: recordKind(kind), writer: writer, seq: seq, at: int64(writer ^ seq)}
		want.fill(body)
		sealed := keys.seal(&want)
		var got record
		if !keys.open(sealed, &got) {
			t.Fatalf("%+v does not read back", want)
		}
		if got.kind != want.kind || got.writer != want.writer || got.seq != want.seq || got.at != want.at ||
			!slices.Equal(got.entries, want.entries) || !slices.Equal(got.heads, want.heads) {
			t.Fatalf("%+v became %+v", want, got)
		}
		if foreign.open(sealed, &none) {
			t.Fatal("a record of another fleet is accepted")
		}
		n := int(bit) % (8 * len(sealed))
		sealed[n/8] ^= 1 << (n % 8)
		if keys.open(sealed, &none) {
			t.Fatalf("%+v is accepted with bit %d flipped", want, n)
		}
	})
}

// fill gives a record the entries or heads that body has room for.
func (r *record) fill(body []byte) {
	if r.kind == recordEntries {
		for ; len(body) >= entrySize && len(r.entries) < maxEntries; body = body[entrySize:] {
			r.entries = append(r.entries, Entry{
				Name:  Name{A: binary.BigEndian.Uint64(body), B: binary.BigEndian.Uint32(body[8:])},
				value: binary.BigEndian.Uint32(body[12:]),
			})
		}
		return
	}
	for ; len(body) >= headSize && len(r.heads) < maxHeads; body = body[headSize:] {
		r.heads = append(r.heads, head{
			writer: binary.BigEndian.Uint64(body),
			floor:  binary.BigEndian.Uint64(body[8:]),
			last:   binary.BigEndian.Uint64(body[16:]),
			at:     int64(binary.BigEndian.Uint64(body[24:])),
		})
	}
}

// FuzzLogFile: a file with any bytes after its header gives whole records or none, none of them longer than the file,
// and records that are appended to another log come out the same.
func FuzzLogFile(f *testing.F) {
	at := time.Unix(1700000000, 0)
	frame := appendFrame(nil, at, []byte("a record"))
	f.Add(frame)
	f.Add(append(slices.Clone(frame), frame...))
	f.Add(frame[:len(frame)-1])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, tail []byte) {
		read := func(l *FileLog) (records [][]byte) {
			err := l.Read(t.Context(), "", func(_ string, record []byte) error {
				records = append(records, bytes.Clone(record))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return records
		}
		dir := t.TempDir()
		l, err := NewFileLog(dir, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fileName), append(newFileHeader(), tail...), 0o600); err != nil {
			t.Fatal(err)
		}
		test.Bounded(t, len(tail), 96<<10, 64, func() { read(l) })
		records := read(l)
		size := 0
		for _, r := range records {
			size += len(r) + frameHeader
		}
		if size > len(tail) {
			t.Fatalf("%d bytes of records in a file of %d", size, len(tail))
		}
		copied, err := NewFileLog(t.TempDir(), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if len(records) == 0 {
			return
		}
		if err := copied.Append(context.Background(), records...); err != nil {
			t.Fatal(err)
		}
		if again := read(copied); !slices.EqualFunc(again, records, bytes.Equal) {
			t.Fatalf("%d records became %d", len(records), len(again))
		}
	})
}
