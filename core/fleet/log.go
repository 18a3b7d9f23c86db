package fleet

import (
	"context"
	"errors"
)

// Log is an ordered list of records that the replicas of a service share. Package fleettest tests implementations.
//
// Records are opaque to a log: they carry their own authentication, and do not reveal what they are about. A log
// that loses, changes, repeats or reorders records does not cause a wrong decision; a [Revocations] notices it.
// Implementations must be safe for concurrent use by several processes, and every method must return soon after ctx
// ends.
type Log interface {
	// Append adds records at the end, in their order: a record is added only if all records before it in the same call
	// were added. Records of other calls may come in between. Append returns once the records are durable. After an
	// error, some of the records may have been added, and the caller appends all of them again. It must not keep the
	// slices.
	Append(ctx context.Context, records ...[]byte) error
	// Read calls each with every record after the one whose id is after, oldest first, and returns nil at the end of the
	// log. An empty after means from the start. If each returns an error, Read returns it. each must not use the record
	// after it has returned.
	//
	// If the log does not know the id after and cannot tell which records follow it, Read returns an error that wraps
	// [ErrUnknownID], and its caller reads from the start.
	Read(ctx context.Context, after string, each func(id string, record []byte) error) error
	// Tail is like Read, but waits for further records at the end of the log. It returns only with an error, when ctx
	// ends with ctx's.
	//
	// Tail may call each with a record early, before the records in front of it, with an empty id. It calls each with
	// the same record again, at its place and with its id. Calls of each do not overlap.
	Tail(ctx context.Context, after string, each func(id string, record []byte) error) error
}

// ErrUnknownID is returned by Read and Tail of a [Log] that does not have the record to continue after: it was wiped or
// replaced by an older copy.
var ErrUnknownID = errors.New("fleet: the log does not have the record to continue after")
