package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Read implements [Log].
func (l *FileLog) Read(ctx context.Context, after string, each func(id string, record []byte) error) error {
	_, err := l.read(ctx, after, each)
	return err
}

// Tail implements [Log]. Records of other processes are seen within 50 ms, those of this one at once.
func (l *FileLog) Tail(ctx context.Context, after string, each func(id string, record []byte) error) error {
	poll := time.NewTicker(filePoll)
	defer poll.Stop()
	for {
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		next, err := l.read(ctx, after, each)
		if err != nil {
			return err
		}
		after = next
		select {
		case <-changed:
		case <-poll.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// read returns the id to continue after.
func (l *FileLog) read(ctx context.Context, after string, each func(string, []byte) error) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	root, err := l.open()
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }()
	f, err := openFile(root, fileName, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	generation := ""
	if f != nil {
		defer func() { _ = f.Close() }()
		if generation, err = readHeader(f); err != nil {
			return "", err
		}
	}
	if generation == "" {
		if after != "" {
			return "", ErrUnknownID
		}
		return "", nil
	}
	offset, err := offsetOf(f, after, generation)
	if err != nil {
		return "", err
	}
	err = frames(f, offset, func(_ time.Time, next int64, record []byte) error {
		after = generation + "-" + strconv.FormatInt(next, 10)
		return errors.Join(each(after, record), ctx.Err())
	})
	return after, err
}

// offsetOf returns where the record after the id begins.
func offsetOf(f *os.File, after, generation string) (int64, error) {
	if after == "" {
		return int64(fileHeader), nil
	}
	of, text, _ := strings.Cut(after, "-")
	offset, err := strconv.ParseInt(text, 10, 64)
	info, statErr := f.Stat()
	if statErr != nil {
		return 0, fmt.Errorf("fleet: log file: %w", statErr)
	}
	if err != nil || of != generation || offset < int64(fileHeader) || offset > info.Size() {
		return 0, ErrUnknownID
	}
	return offset, nil
}
