package realtest_test

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

// serve serves p on l through an adapter until the test ends.
func serve(t *testing.T, a adapters.Adapter, p adapters.Program, l net.Listener) {
	t.Helper()
	run, shutdown := a.Build(p)
	var served error
	stop := adapters.Serve(l, func(l net.Listener) error {
		served = run(l)
		return served
	}, shutdown)
	t.Cleanup(func() {
		if err := errors.Join(stop(), served); err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("%s: %v", a.Name, err)
		}
	})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}
