package fleet

import (
	"encoding/binary"
	"time"
)

// Entry is one revocation as the log holds it. It does not reveal who was revoked: see [Name].
type Entry struct {
	Name Name
	// value is the watermark, or when the entry may be forgotten, in Unix seconds.
	value uint32
}

// Kind is the kind of target that the entry revokes.
func (e Entry) Kind() Kind { return kindOf(e.Name) }

// Before returns the watermark of a user, client or issuer: their tokens issued before it are revoked. It is zero for
// other kinds.
func (e Entry) Before() time.Time {
	if !e.Kind().watermark() {
		return time.Time{}
	}
	return time.Unix(int64(e.value), 0)
}

// Until returns when the entry of a token or session may be forgotten. It is zero for other kinds.
func (e Entry) Until() time.Time {
	if e.Kind() != KindToken && e.Kind() != KindSession {
		return time.Time{}
	}
	return time.Unix(int64(e.value), 0)
}

// head says which records of a writer are in the log: those from floor to last. The last one was appended at at.
// Records below floor are older than any token that is still accepted, or have been appended again by another writer.
type head struct {
	writer, floor, last uint64
	at                  int64 // Unix milliseconds
}

// record is one record of the log. Its bytes are the fields in this order, big endian, followed by a MAC over all of
// them.
//
// Sequenced records (seq > 0) carry entries, or the heads of a repair. A writer numbers them from 1 without a gap, so
// a reader notices which ones are missing. Other records have no number: it is harmless if one is lost.
type record struct {
	kind    recordKind
	writer  uint64
	seq     uint64
	floor   uint64 // the writer's own, see head
	at      int64  // Unix milliseconds
	entries []Entry
	heads   []head
}

type recordKind uint8

const (
	recordEntries recordKind = iota + 1
	recordBeat               // says that its writer is alive and complete, and which records it has read
	recordRepair             // asks for missing records
	recordCover              // says that all live entries have been appended again
	recordBusy               // says that its writer is about to append all live entries again
)

const (
	recordVersion = 1
	headerSize    = 2 + 4*8
	entrySize     = 8 + 4 + 4
	headSize      = 4 * 8
	macSize       = 16
	// maxEntries bounds the entries of one record.
	maxEntries = 256
	// maxHeads bounds the heads of one record.
	maxHeads = 256
	// maxRecord is the size of the largest record.
	maxRecord = headerSize + maxHeads*headSize + macSize
)

// seal returns the bytes of r with their MAC.
func (k *keyring) seal(r *record) []byte {
	b := make([]byte, 0, headerSize+len(r.entries)*entrySize+len(r.heads)*headSize+macSize)
	b = append(b, recordVersion, byte(r.kind))
	b = binary.BigEndian.AppendUint64(b, r.writer)
	b = binary.BigEndian.AppendUint64(b, r.seq)
	b = binary.BigEndian.AppendUint64(b, r.floor)
	b = binary.BigEndian.AppendUint64(b, uint64(r.at)) //nolint:gosec // read back as it was
	for _, e := range r.entries {
		b = binary.BigEndian.AppendUint64(b, e.Name.A)
		b = binary.BigEndian.AppendUint32(b, e.Name.B)
		b = binary.BigEndian.AppendUint32(b, e.value)
	}
	for _, h := range r.heads {
		b = binary.BigEndian.AppendUint64(b, h.writer)
		b = binary.BigEndian.AppendUint64(b, h.floor)
		b = binary.BigEndian.AppendUint64(b, h.last)
		b = binary.BigEndian.AppendUint64(b, uint64(h.at)) //nolint:gosec // read back as it was
	}
	return k.mac(b)
}

// open decodes b into r, whose slices it reuses. It returns false if b was not sealed with this key.
func (k *keyring) open(b []byte, r *record) bool {
	if len(b) < headerSize+macSize || len(b) > maxRecord || b[0] != recordVersion || !k.genuine(b) {
		return false
	}
	r.kind = recordKind(b[1])
	r.writer = binary.BigEndian.Uint64(b[2:])
	r.seq = binary.BigEndian.Uint64(b[10:])
	r.floor = binary.BigEndian.Uint64(b[18:])
	r.at = int64(binary.BigEndian.Uint64(b[26:])) //nolint:gosec // written from an int64
	r.entries, r.heads = r.entries[:0], r.heads[:0]
	body := b[headerSize : len(b)-macSize]
	if r.kind == recordEntries {
		for ; len(body) >= entrySize; body = body[entrySize:] {
			r.entries = append(r.entries, Entry{
				Name:  Name{A: binary.BigEndian.Uint64(body), B: binary.BigEndian.Uint32(body[8:])},
				value: binary.BigEndian.Uint32(body[12:]),
			})
		}
		return true
	}
	for ; len(body) >= headSize; body = body[headSize:] {
		r.heads = append(r.heads, head{
			writer: binary.BigEndian.Uint64(body),
			floor:  binary.BigEndian.Uint64(body[8:]),
			last:   binary.BigEndian.Uint64(body[16:]),
			at:     int64(binary.BigEndian.Uint64(body[24:])), //nolint:gosec // written from an int64
		})
	}
	return true
}
