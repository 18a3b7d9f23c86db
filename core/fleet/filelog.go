package fleet

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/internal/ownedfile"
)

// FileLog is a [Log] in a directory of one machine, for one process or several processes of one user. It survives
// restarts and crashes: a record that was only partly written is removed. Make it with [NewFileLog]. On systems
// without Unix owners and locks (Windows), FileLog checks no owners, and only one process may use the directory.
//
// Anyone who can write to the directory can delete revocations. Therefore the directory and the files must belong to
// this process's user or to root and must not be writable by others; each use checks that. Do not put the directory
// on a network file system, where locks and the order of writes differ from a local one.
type FileLog struct {
	dir       string
	retention time.Duration

	appending chan struct{} // holds one element while this process appends
	whole     checked       // belongs to the call that appends

	mu      sync.Mutex
	changed chan struct{} // closed by an Append of this process
}

// checked is the part of a file that is known to consist of whole frames.
type checked struct {
	generation string
	end        int64
	oldest     time.Time // when the first record was appended
}

var _ Log = (*FileLog)(nil)

const (
	fileName = "revocations.log"
	lockName = "revocations.lock"
	// filePoll is how often Tail looks for records of other processes.
	filePoll = 50 * time.Millisecond
	// compactAt is the smallest file that is rewritten without its old records.
	compactAt = 1 << 20
	// A file begins with magic and 8 random bytes, its generation: ids of an older file are unknown in it.
	magic      = "authfl01"
	fileHeader = len(magic) + 8
	// A frame is the length of the record, a checksum, the time of Append in Unix milliseconds, and the record.
	frameHeader = 4 + 4 + 8
	maxFrame    = 1 << 20
)

// NewFileLog returns a log in dir, which it creates with mode 0700 if it does not exist. It refuses a directory that
// another user owns or can write to. Records are kept for Retention(maxTokenLife); a maxTokenLife of 0 means 24 h.
func NewFileLog(dir string, maxTokenLife time.Duration) (*FileLog, error) {
	if dir == "" {
		return nil, errors.New("fleet: the log's directory has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("fleet: log directory: %w", err)
	}
	dir, err := filepath.Abs(dir) // so that a later os.Chdir does not select another directory
	if err != nil {
		return nil, fmt.Errorf("fleet: log directory: %w", err)
	}
	l := &FileLog{
		dir:       dir,
		retention: Retention(cmp.Or(maxTokenLife, defaultMaxTokenLife)),
		appending: make(chan struct{}, 1),
		changed:   make(chan struct{}),
	}
	root, err := l.open()
	if err != nil {
		return nil, err
	}
	return l, root.Close()
}

// open returns the directory after checking its owner and mode.
func (l *FileLog) open() (*os.Root, error) {
	root, err := os.OpenRoot(l.dir)
	if err != nil {
		return nil, fmt.Errorf("fleet: log directory: %w", err)
	}
	info, err := root.Stat(".")
	if err == nil {
		err = ownedfile.Check(info)
	}
	if err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("fleet: log directory %s %w: use one of this user's own with mode 0700", l.dir, err)
	}
	return root, nil
}

// openFile opens a file in the directory and checks its owner and mode. It returns nil and no error if the file does
// not exist and flag does not create it.
func openFile(root *os.Root, name string, flag int) (*os.File, error) {
	f, err := root.OpenFile(name, flag|ownedfile.OpenFlags, 0o600)
	if errors.Is(err, fs.ErrNotExist) && flag&os.O_CREATE == 0 {
		return nil, nil //nolint:nilnil // no file is no error here
	}
	if err != nil {
		return nil, fmt.Errorf("fleet: log file: %w", err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errors.New("is not a regular file")
	default:
		err = ownedfile.Check(info)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("fleet: log file %s %w", name, err)
	}
	return f, nil
}

// Append implements [Log]. It returns after fsync. It waits for other processes that append, until ctx ends.
func (l *FileLog) Append(ctx context.Context, records ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, r := range records {
		if len(r) > maxFrame {
			return fmt.Errorf("fleet: a record of %d bytes is too large", len(r))
		}
	}
	select {
	case l.appending <- struct{}{}:
		defer func() { <-l.appending }()
	case <-ctx.Done():
		return ctx.Err()
	}
	root, err := l.open()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	unlock, err := l.lock(ctx, root)
	if err != nil {
		return err
	}
	defer unlock()
	if err := l.append(root, records, time.Now()); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

// lock keeps other processes from writing until unlock is called. The kernel releases it if this process dies.
func (l *FileLog) lock(ctx context.Context, root *os.Root) (unlock func(), err error) {
	f, err := openFile(root, lockName, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	// A process that was stopped may hold the lock for good, so the kernel is not asked to wait for it.
	for wait := time.Millisecond; ; wait = min(2*wait, filePoll) {
		locked, err := lockFile(f)
		if err == nil && locked {
			return func() { _ = f.Close() }, nil
		}
		if err == nil {
			sleep(ctx, wait)
			err = ctx.Err()
		}
		if err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("fleet: log lock: %w", err)
		}
	}
}

func (l *FileLog) append(root *os.Root, records [][]byte, now time.Time) error {
	f, err := openFile(root, fileName, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := l.check(f); err != nil {
		return err
	}
	if l.whole.end == 0 {
		header := newFileHeader()
		if _, err := f.WriteAt(header, 0); err != nil {
			return fmt.Errorf("fleet: log file: %w", err)
		}
		l.whole = checked{generation: generationOf(header), end: int64(fileHeader), oldest: now}
	}
	end := l.whole.end
	if err := f.Truncate(end); err != nil { // removes a record that a crash cut off
		return fmt.Errorf("fleet: log file: %w", err)
	}
	var b []byte
	for _, r := range records {
		b = appendFrame(b, now, r)
	}
	if _, err := f.WriteAt(b, end); err != nil {
		return fmt.Errorf("fleet: log file: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("fleet: log file: %w", err)
	}
	l.whole.end = end + int64(len(b))
	if end > compactAt && now.Sub(l.whole.oldest) > l.retention+l.retention/8 {
		return l.compact(root, f, now)
	}
	return nil
}

func newFileHeader() []byte { return append([]byte(magic), rand.Text()[:8]...) }

func appendFrame(b []byte, at time.Time, record []byte) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(record))) //nolint:gosec // at most maxFrame
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMilli()))
	b = append(b, record...)
	binary.BigEndian.PutUint32(b[start+4:], crc32.ChecksumIEEE(b[start+8:]))
	return b
}

// check finds where the last whole frame ends, 0 for a file without a header, and keeps the result in l.whole.
func (l *FileLog) check(f *os.File) error {
	generation, err := readHeader(f)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("fleet: log file: %w", err)
	}
	if generation != l.whole.generation || info.Size() < l.whole.end {
		l.whole = checked{generation: generation}
		if generation != "" {
			l.whole.end = int64(fileHeader)
		}
	}
	if generation == "" {
		return nil
	}
	return frames(f, l.whole.end, func(at time.Time, next int64, _ []byte) error {
		if l.whole.oldest.IsZero() {
			l.whole.oldest = at
		}
		l.whole.end = next
		return nil
	})
}

// readHeader returns the generation, "" for a file that has none yet.
func readHeader(f *os.File) (string, error) {
	var b [fileHeader]byte
	n, err := f.ReadAt(b[:], 0)
	switch {
	case n < len(b) && errors.Is(err, io.EOF): // a new file, or a crash cut off the header
		return "", nil
	case err != nil:
		return "", fmt.Errorf("fleet: log file: %w", err)
	case string(b[:len(magic)]) != magic:
		return "", errors.New("fleet: " + fileName + " is not a revocation log: remove it, or name another directory")
	}
	return generationOf(b[:]), nil
}

func generationOf(header []byte) string { return hex.EncodeToString(header[len(magic):]) }

// frames calls each for every whole frame from offset on. It stops at a frame that is cut off.
func frames(f *os.File, offset int64, each func(at time.Time, next int64, record []byte) error) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("fleet: log file: %w", err)
	}
	end := info.Size()
	r := bufio.NewReaderSize(io.NewSectionReader(f, offset, end-offset), 1<<16)
	var head [frameHeader]byte
	var record []byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return ended(err)
		}
		n := binary.BigEndian.Uint32(head[:])
		if n > maxFrame || int64(n) > end-offset-frameHeader { // before any memory is allocated for it
			return nil
		}
		if cap(record) < int(n) {
			record = make([]byte, n)
		}
		record = record[:n]
		if _, err := io.ReadFull(r, record); err != nil {
			return ended(err)
		}
		sum := crc32.Update(crc32.ChecksumIEEE(head[8:]), crc32.IEEETable, record)
		if sum != binary.BigEndian.Uint32(head[4:]) {
			return nil
		}
		offset += int64(frameHeader) + int64(n)
		at := time.UnixMilli(int64(binary.BigEndian.Uint64(head[8:]))) //nolint:gosec // written from an int64
		if err := each(at, offset, record); err != nil {
			return err
		}
	}
}

func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return fmt.Errorf("fleet: log file: %w", err)
}

// compact replaces the file by one without the records that are too old to matter.
func (l *FileLog) compact(root *os.Root, f *os.File, now time.Time) (err error) {
	const name = fileName + ".tmp"
	_ = root.Remove(name) // a process that crashed may have left one
	tmp, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("fleet: log file: %w", err)
	}
	defer func() { _ = tmp.Close() }()
	w := bufio.NewWriter(tmp)
	_, _ = w.Write(newFileHeader()) // Flush reports the error
	err = frames(f, int64(fileHeader), func(at time.Time, _ int64, record []byte) error {
		if now.Sub(at) > l.retention {
			return nil
		}
		_, err := w.Write(appendFrame(nil, at, record))
		return err
	})
	if err := errors.Join(err, w.Flush(), tmp.Sync()); err != nil {
		return fmt.Errorf("fleet: log file: %w", err)
	}
	return root.Rename(name, fileName)
}
