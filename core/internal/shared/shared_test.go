package shared_test

import (
	"runtime"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/shared"
)

func TestEqualSourcesShareAValue(t *testing.T) {
	var table shared.Table[[]string, int]
	first := table.Use([]string{"a", "b"}, 1)
	if again := table.Use([]string{"a", "b"}, 2); again != first || again.Value != 1 {
		t.Errorf("an equal source: %+v, want the first value", again)
	}
	for name, other := range map[string][]string{"another": {"a"}, "empty": {}, "nil": nil} {
		if got := table.Use(other, 3); got == first || got.Value != 3 {
			t.Errorf("%s source: %+v, want its own value", name, got)
		}
	}
	runtime.KeepAlive(first)
}

// JSON writes every broken byte as U+FFFD. The rules of two contracts that differ in one are not the same.
func TestSourcesThatJSONWritesAlike(t *testing.T) {
	var table shared.Table[string, int]
	first := table.Use("\xfe", 1)
	if other := table.Use("\xff", 2); other == first || other.Value != 2 {
		t.Errorf("another source got %+v", other)
	}
	runtime.KeepAlive(first)
}

func TestSourceWithoutJSON(t *testing.T) {
	var table shared.Table[func(), int]
	if got := table.Use(func() {}, 7); got.Value != 7 || table.Len() != 0 {
		t.Errorf("%d, %d in the table", got.Value, table.Len())
	}
}

// A service that replaces its tenants' contracts again and again must not keep what only the old ones used.
func TestUnusedValuesGo(t *testing.T) {
	var table shared.Table[int, []byte]
	used := table.Use(-1, []byte("used"))
	for i := range 100 {
		table.Use(i, make([]byte, 100))
	}
	for tries := 0; table.Len() > 1 && tries < 1000; tries++ {
		runtime.GC() // cleanups run after it, on a goroutine of the runtime
		runtime.Gosched()
	}
	if table.Len() != 1 || table.Use(-1, nil) != used {
		t.Errorf("%d values are kept, want the one in use", table.Len())
	}
	runtime.KeepAlive(used)
}
