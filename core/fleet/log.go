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
	// Append adds records at the end, in their order and without other records of the same call in between being
	// lost. It returns once they are durable. After an error, some of the records may have been added: the caller
	// appends them again. It must not keep the slices.
	Append(ctx context.Context, records ...[]byte) error
	// Read calls each with every record after the one with the id after, oldest first, and returns when it has reached
	// the end. An empty after means from the start. An error of each ends the call and is returned. The record
	// belongs to each only until it returns.
	//
	// If the log does not know the id after and cannot tell which records follow it, Read returns an error that wraps
	// [ErrUnknownID], and its caller reads from the start.
	Read(ctx context.Context, after string, each func(id string, record []byte) error) error
	// Tail is Read, but then waits for further records. It returns only an error: the context's when ctx ends.
	//
	// Tail may call each with a record early, before the records in front of it, with an empty id. It calls each with
	// the same record again, at its place and with its id. Calls of each do not overlap.
	Tail(ctx context.Context, after string, each func(id string, record []byte) error) error
}

// ErrUnknownID is returned by Read and Tail of a [Log] that does not have the record to continue after: it was wiped or
// replaced by an older copy.
var ErrUnknownID = errors.New("fleet: the log does not have the record to continue after")
