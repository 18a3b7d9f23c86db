package keystest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

func TestFileCache(t *testing.T) {
	TestCache(t, func(t *testing.T) keys.Cache {
		t.Helper()
		c, err := keys.NewFileCache(t.TempDir() + "/keys")
		if err != nil {
			t.Fatal(err)
		}
		return c
	})
}

func TestGoodSource(t *testing.T) {
	TestSource(t, func(_ *testing.T, published []keys.Key) keys.Source {
		return sourceFunc(func(context.Context) ([]keys.Key, error) { return slices.Clone(published), nil })
	})
}

// memory is a good cache, whose faults are switched on one by one.
type memory struct {
	mu                                               sync.Mutex
	data                                             map[string][]byte
	errMissing, keepsFirst, shares, sharesOut, oneID bool
	hangs, fails, cuts                               bool
}

func (m *memory) Load(ctx context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hangs && ctx.Err() != nil {
		select {}
	}
	if m.oneID {
		id = ""
	}
	data, ok := m.data[id]
	if !ok && m.errMissing {
		return nil, errors.New("not found")
	}
	if m.sharesOut {
		return data, nil
	}
	return bytes.Clone(data), nil
}

func (m *memory) Store(_ context.Context, id string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails {
		return errors.New("read-only")
	}
	if m.oneID {
		id = ""
	}
	if m.cuts {
		data = data[:min(len(data), 1<<10)]
	}
	if m.data == nil {
		m.data = map[string][]byte{}
	}
	if m.keepsFirst && m.data[id] != nil {
		return nil
	}
	if !m.shares {
		data = bytes.Clone(data)
	}
	m.data[id] = data
	return nil
}

func TestCacheSuiteFindsFaults(t *testing.T) {
	for check, broken := range map[string]func(m *memory){
		"":                                func(*memory) {},
		"a missing id is not an error":    func(m *memory) { m.errMissing = true },
		"what is stored is loaded":        func(m *memory) { m.cuts = true },
		"ids are apart":                   func(m *memory) { m.oneID = true },
		"stored data replaces older data": func(m *memory) { m.keepsFirst = true },
		"stored data is a copy":           func(m *memory) { m.shares, m.sharesOut = true, true },
		"many goroutines":                 func(m *memory) { m.fails = true },
		"a canceled context":              func(m *memory) { m.hangs = true },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		for _, c := range cacheChecks() {
			m := &memory{}
			broken(m)
			err := c.check(ctx, m)
			if (check == "" && err != nil) || (check == c.name && err == nil) {
				t.Errorf("fault %q, check %q: %v", check, c.name, err)
			}
		}
		cancel()
	}
}

type sourceFunc func(ctx context.Context) ([]keys.Key, error)

func (f sourceFunc) Keys(ctx context.Context) ([]keys.Key, error) { return f(ctx) }

func TestSourceSuiteFindsFaults(t *testing.T) {
	published := sampleKeys()
	shared := slices.Clone(published)
	for check, source := range map[string]sourceFunc{
		"the published keys, and no others": func(context.Context) ([]keys.Key, error) { return published[:2], nil },
		"public keys only": func(context.Context) ([]keys.Key, error) {
			return []keys.Key{{ID: "k", Public: "not a key"}}, nil
		},
		"results are apart": func(context.Context) ([]keys.Key, error) { return shared, nil },
		"many goroutines":   func(context.Context) ([]keys.Key, error) { return nil, errors.New("down") },
		"a canceled context": func(ctx context.Context) ([]keys.Key, error) {
			if ctx.Err() != nil {
				select {}
			}
			return slices.Clone(published), nil
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		for _, c := range sourceChecks() {
			if err := c.check(ctx, source, published); check == c.name && err == nil {
				t.Errorf("the check %q does not find its fault", check)
			}
		}
		cancel()
	}
}

// A cache that does not coordinate its processes, although it says so, is found out.
func TestBadCoordinators(t *testing.T) {
	for name, next := range map[string]func(m *memory, id string, last []byte) ([]byte, error){
		"everybody's turn": func(_ *memory, _ string, last []byte) ([]byte, error) { return last, nil },
		"nobody's turn":    func(*memory, string, []byte) ([]byte, error) { return nil, errors.New("taken") },
		"nothing":          func(*memory, string, []byte) ([]byte, error) { return nil, nil },
	} {
		found := 0
		for _, c := range coordinatorChecks() {
			if c.check(t.Context(), &coordinator{next: next}) != nil {
				found++
			}
		}
		if found == 0 {
			t.Errorf("%s: not found", name)
		}
	}
}

type coordinator struct {
	memory

	next func(m *memory, id string, last []byte) ([]byte, error)
}

func (c *coordinator) LoadNext(_ context.Context, id string, last []byte) ([]byte, error) {
	return c.next(&c.memory, id, last)
}
